"""Every table's class: public, account or personal, and why. A test refuses a table that is not named here.

PUBLIC    nothing in it is about a private person's life; anybody may be shown it.
ACCOUNT   about people who sign in, as accounts; product code shows each only to its own holder or to nobody.
PERSONAL  about a person's or family's life; PostgreSQL's row-level security shows a row only to those who may see it.

It grants nothing: rules and policies do. A table in doubt is personal.
"""

from enum import StrEnum


class DataClass(StrEnum):
    PUBLIC = "public"
    ACCOUNT = "account"
    PERSONAL = "personal"


PUBLIC, ACCOUNT, PERSONAL = DataClass

# Model label → its class and the reason in a line.
DATA_CLASSES: dict[str, tuple[DataClass, str]] = {
    # Django's, allauth's and guardian's own
    "auth.Group": (PUBLIC, "not used: rights come from mandates"),
    "auth.Group_permissions": (PUBLIC, "not used: rights come from mandates"),
    "auth.Permission": (PUBLIC, "names of permissions"),
    "contenttypes.ContentType": (PUBLIC, "names of tables"),
    "guardian.GroupObjectPermission": (PUBLIC, "not used: the application may not even read it"),
    "guardian.UserObjectPermission": (PUBLIC, "not used: the application may not even read it"),
    "account.EmailAddress": (ACCOUNT, "the addresses with which people sign in"),
    "account.EmailConfirmation": (ACCOUNT, "letters that confirm those addresses"),
    "mfa.Authenticator": (ACCOUNT, "second steps of signing in; what is secret in them is sealed"),
    # The kernel
    "kernel.OutboxMessage": (ACCOUNT, "which account set off which work; ids and codes only"),
    "kernel.IdempotentRequest": (ACCOUNT, "which account sent what to the API in the last day"),
    # Governance
    "governance.ApiToken": (ACCOUNT, "the keys of an account's own programs, as hashes"),
    "governance.AuditEntry": (ACCOUNT, "which account did what; ids and codes only"),
    "governance.AuditSeal": (PUBLIC, "hashes"),
    "governance.Body": (PUBLIC, "who decides where"),
    "governance.Decision": (PUBLIC, "what a body decided, and why"),
    "governance.KnownDevice": (ACCOUNT, "kinds of device an account was used on"),
    "governance.LoanOfPower": (PUBLIC, "which power is lent where"),
    "governance.Mandate": (PUBLIC, "who holds which office; office holders are public"),
    "governance.Matter": (PUBLIC, "what a body was asked"),
    "governance.RollEntry": (PUBLIC, "which office holders could vote"),
    "governance.Session": (ACCOUNT, "who is signed in, since when, on what kind of device"),
    "governance.Sphere": (
        PERSONAL,
        "places are public, but the spheres of persons and families hang here too",
    ),
    "governance.User": (ACCOUNT, "the account itself"),
    "governance.Vote": (PUBLIC, "how office holders voted"),
    # People
    "people.AboutMe": (PERSONAL, "the part “about me”"),
    "people.Acquaintance": (PERSONAL, "what somebody calls those they let see something"),
    "people.AdvanceStatement": (PERSONAL, "what somebody wants in a crisis, sealed"),
    "people.Arrangement": (PERSONAL, "support in somebody's plan, sealed"),
    "people.AssessedAnswer": (PERSONAL, "what an assessor said about each part of somebody's life"),
    "people.Assessment": (PERSONAL, "which assessor somebody asked"),
    "people.AuthorityEntry": (
        PERSONAL,
        "the evidence that somebody may decide for another, sealed",
    ),
    "people.CommentReply": (PERSONAL, "what the person answers to a comment, sealed"),
    "people.CommunicationNeed": (PERSONAL, "what helps somebody understand and be understood"),
    "people.ConsentEntry": (PERSONAL, "whom somebody let see what, and took it back from"),
    "people.Conversation": (PERSONAL, "somebody's needs conversation, and its points"),
    "people.ConversationAnswer": (PERSONAL, "what somebody said about each part of life, sealed"),
    "people.Goal": (PERSONAL, "what somebody wants to happen, sealed"),
    "people.Law": (PUBLIC, "how a nation's law counts birthdays"),
    "people.LawAge": (PUBLIC, "the ages that the law names, and where"),
    "people.LegalAuthority": (PERSONAL, "who may decide for whom, about what, until when"),
    "people.AdvocacyOrganisation": (PUBLIC, "whom advocates work for, and that it is independent"),
    "people.AdvocacyRequest": (PERSONAL, "who asked for an advocate, and who speaks up with them"),
    "people.Advocate": (PUBLIC, "who holds the office of an advocate, and for whom they work"),
    "people.Ask": (PERSONAL, "what somebody asked for, sealed, and who answers them"),
    "people.Challenge": (PERSONAL, "which decision about somebody is looked at again, and why"),
    "people.Invitation": (PERSONAL, "who invited some neighbour somewhere to ask"),
    "people.Look": (PERSONAL, "who looked at whose record"),
    "people.PanelSeat": (PERSONAL, "who looks at somebody's challenge, and what they say"),
    "people.PeerReview": (PERSONAL, "what another assessor thought of it"),
    "people.Person": (PERSONAL, "somebody's own record"),
    "people.PersonKey": (PERSONAL, "the key to somebody's sealed words"),
    "people.PersonUserObjectPermission": (PERSONAL, "whom somebody lets see what, until when"),
    "people.PlanComment": (PERSONAL, "what others say about somebody's plan, sealed"),
    "people.PlanSection": (PERSONAL, "a part of somebody's plan, sealed"),
    "people.ProtectedAddress": (PERSONAL, "where somebody lives, sealed"),
    "people.Residence": (PERSONAL, "which neighbourhood somebody lives in"),
    "people.RetentionRule": (PUBLIC, "how long what is kept about people is kept, and why"),
    "people.SafeContact": (PERSONAL, "how to reach somebody, sealed"),
    "people.SupportAgreement": (PERSONAL, "who helps somebody decide what, sealed"),
    "people.SupportPlan": (PERSONAL, "the versions of somebody's plan"),
    "people.TrustedAssessor": (PUBLIC, "the register of who may be asked to agree points"),
    # Neighbourhoods
    "neighbourhoods.AreaProfile": (PUBLIC, "published figures of places"),
    "neighbourhoods.Dataset": (PUBLIC, "where published figures came from"),
    "neighbourhoods.Indicator": (PUBLIC, "what is counted"),
    "neighbourhoods.IndicatorValue": (PUBLIC, "published counts of places, nobody by themself"),
    "neighbourhoods.NationalCurrency": (PUBLIC, "what a nation's money is called"),
    # Budgets
    "budgets.Account": (PERSONAL, "accounts of places are public, but people's own are here too"),
    "budgets.Allocation": (PUBLIC, "what each place was given"),
    "budgets.AllocationRun": (PUBLIC, "how it was shared out"),
    "budgets.CostFactor": (PUBLIC, "what the same help costs in each local system"),
    "budgets.Entitlement": (PERSONAL, "what somebody is entitled to, and why"),
    "budgets.EntitlementPayment": (PERSONAL, "what was paid of it"),
    "budgets.FundingGap": (PUBLIC, "what a nation owed on a day and could not pay, as one sum"),
    "budgets.HealthContribution": (PERSONAL, "what a health body added to somebody's budget"),
    "budgets.Holding": (PERSONAL, "who holds somebody's budget for them, sealed"),
    "budgets.FormulaVersion": (PUBLIC, "the formula, proposed or adopted"),
    "budgets.Movement": (PERSONAL, "money between places is public, but people's own is here too"),
    "budgets.Payee": (PERSONAL, "whom somebody pays, sealed"),
    "budgets.Payment": (PERSONAL, "what somebody paid, for what, sealed"),
    "budgets.Pot": (PUBLIC, "what the nation set aside"),
    "budgets.PriceVersion": (PUBLIC, "what a point is worth, proposed or adopted"),
    "budgets.StandingPayment": (PERSONAL, "what somebody pays again and again"),
    "budgets.WhatIf": (PUBLIC, "questions about a formula; no page shows who asked"),
}
