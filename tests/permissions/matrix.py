"""Who may open and who may send what: one row for each address and method, one column for each kind of visitor.

Read a row aloud: "share_out, sent by a social worker: no". A row with a single word holds for everybody. An address
may stand in several rows, with the thing it is asked about after a stroke. Whatever has no `post` row refuses a POST.

    page     it is shown (200)
    sign-in  to the sign-in page, and back here afterwards (302)
    home     to one's own home: there is nothing to do here for somebody who is signed in (302)
    done     it happened, and on to the next page (302)
    again    the form comes back and says why (422; allauth's own forms 200, as `page`)
    no       a page that says why this is not theirs to do (403); nothing changed
    key      the API asks who this is (401); nothing changed
    asks     the API says which part of the question is missing or wrong (400); nothing changed
    not-now  the API says that the thing is in no state for this (409); nothing changed
    refused  this address is not for this method (405); nothing changed
    missing  the same page as for something that does not exist (404); nothing changed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from governance.models import ApiToken
from people.models import (
    Acquaintance,
    Arrangement,
    Assessment,
    CommunicationNeed,
    Goal,
    Person,
    PlanComment,
    TrustedAssessor,
)
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from tests import small_england, worlds
from tests.asking.worlds import said
from tests.small_england import ROLES, SmallEngland
from tests.what_if.worlds import form_of

# The columns: anonymous, citizen, social worker, neighbourhood councillor, local councillor, national councillor,
# member of the national panel, national steward, and somebody who was a national steward until yesterday.
TABLE = """
#                                           anonymous citizen worker  councillor local   national panel   steward former
# Words for everybody
get  front_door                             page
get  help                                   page
get  conversation                           page
get  how_decisions                          page
get  accessibility                          page
get  privacy                                page
get  how_long                               page
get  cookies                                page
get  about_data                             page
get  licence                                page
get  livez                                  page
get  set_language                           refused
post set_language                           done
get  switch_easy_read                       refused
post switch_easy_read                       done

# Places
get  find                                   page
post find/by-name                           done
post find/by-postcode                       page
get  places                                 page
get  places_csv                             page
get  place/nation                           page
get  place/local                            page
get  place/neighbourhood                    page
get  place/somebody's-own                   missing
get  place_csv/local                        page
get  place_csv/somebody's-own               missing
get  explain/neighbourhood                  page
get  explain_json/neighbourhood             page

# The money
get  money                                  page
get  pot/waiting                            page
get  runs                                   page
get  run/posted                             page
get  run/queued                             page
get  run_progress/queued                    page
get  run_file/posted                        page
get  run_file/queued                        missing
get  formulas                               page
get  formula/adopted                        page
get  formula/proposed                       page
get  formula_document/adopted               page
get  propose_pot                            sign-in   no      no      no         no      page     no      page    no
post propose_pot                            sign-in   no      no      no         no      done     no      done    no
get  propose_formula                        sign-in   no      no      no         no      page     no      page    no
post propose_formula                        sign-in   no      no      no         no      done     no      done    no
get  share_out/waiting                      sign-in   no      no      no         no      no       no      page    no
post share_out/waiting                      sign-in   no      no      no         no      no       no      done    no
get  prices                                 page
get  price/of-a-point                       page
get  price_document/of-a-point              page
get  propose_price                          sign-in   no      no      no         no      page     no      page    no
post propose_price                          sign-in   no      no      no         no      done     no      done    no

# What if
get  ask_what_if                            page
post ask_what_if                            done
get  ask_by_document                        page
post ask_by_document                        done
get  formula_in_question/raised             done
get  what_if/question                       page
get  what_if_places/question                page
get  what_if_file/question                  page
get  what_if_document/question              page
get  propose_what_if/question               sign-in   no      no      no         no      page     no      page    no
post propose_what_if/question               sign-in   no      no      no         no      done     no      done    no

# Decisions
get  decisions                              page
get  powers                                 page
get  matter/raised                          page
get  matter/open                            page
get  matter/ripe                            page
get  matter/hidden                          missing
get  open_vote/raised                       sign-in   no      no      no         no      page     no      page    no
post open_vote/raised                       sign-in   no      no      no         no      done     no      done    no
get  open_vote/hidden                       sign-in   missing missing missing    missing missing  missing missing missing
post open_vote/hidden                       sign-in   missing missing missing    missing missing  missing missing missing
get  cast_vote/open                         sign-in   no      no      no         no      page     no      no      no
post cast_vote/open                         sign-in   no      no      no         no      done     no      no      no
get  cast_vote/ripe                         sign-in   no      no      no         no      no       no      no      no
post cast_vote/ripe                         sign-in   no      no      no         no      no       no      no      no
get  cast_vote/hidden                       sign-in   missing missing missing    missing missing  missing missing missing
post cast_vote/hidden                       sign-in   missing missing missing    missing missing  missing missing missing
get  close_vote/ripe                        sign-in   no      no      no         no      page     no      page    no
post close_vote/ripe                        sign-in   no      no      no         no      done     no      done    no
post close_vote/open                        sign-in   no      no      no         no      again    no      again   no
get  close_vote/hidden                      sign-in   missing missing missing    missing missing  missing missing missing
post close_vote/hidden                      sign-in   missing missing missing    missing missing  missing missing missing

# One's own home
get  home                                   sign-in   page    page    page       page    page     page    page    page
get  begin                                  sign-in   home    home    home       home    home     home    home    home
post begin                                  sign-in   again   again   again      again   again    again   again   again

# One's own budget
get  my_money                               sign-in   page    page    page       page    page     page    page    page
post begin_budget                           sign-in   done    missing missing    missing missing  missing missing missing
get  begin_budget                           refused
get  my_money_why                           sign-in   page    page    page       page    page     page    page    page
get  my_statement                           sign-in   page    page    page       page    page     page    page    page
get  my_statement_csv                       sign-in   page    page    page       page    page     page    page    page
get  choose_holding                         sign-in   page    page    page       page    page     page    page    page
post choose_holding                         sign-in   done    done    done       done    done     done    done    done
get  pay_whom                               sign-in   page    page    page       page    page     page    page    page
post pay_whom                               sign-in   done    done    done       done    done     done    done    done
get  pay_payee/whom-the-citizen-pays        sign-in   page    missing missing    missing missing  missing missing missing
post pay_payee/whom-the-citizen-pays        sign-in   done    missing missing    missing missing  missing missing missing
get  plan_regular/whom-the-citizen-pays     sign-in   page    missing missing    missing missing  missing missing missing
post plan_regular/whom-the-citizen-pays     sign-in   done    missing missing    missing missing  missing missing missing
get  forget_payee/whom-the-citizen-pays     refused
post forget_payee/whom-the-citizen-pays     sign-in   not-now missing missing    missing missing  missing missing missing
get  stop_regular/what-the-citizen-plans    refused
post stop_regular/what-the-citizen-plans    sign-in   done    missing missing    missing missing  missing missing missing
get  bring_back/what-the-citizen-paid       sign-in   page    missing missing    missing missing  missing missing missing
post bring_back/what-the-citizen-paid       sign-in   done    missing missing    missing missing  missing missing missing
get  keep_receipt/what-the-citizen-paid     refused
post keep_receipt/what-the-citizen-paid     sign-in   done    missing missing    missing missing  missing missing missing

# One's own record, and who can see it
get  record                                 sign-in   page    page    page       page    page     page    page    page
get  introduce                              sign-in   page    page    page       page    page     page    page    page
post introduce                              sign-in   done    done    done       done    done     done    done    done
get  say_how_to_reach                       sign-in   page    page    page       page    page     page    page    page
post say_how_to_reach                       sign-in   done    done    done       done    done     done    done    done
get  keep_address                           sign-in   page    page    page       page    page     page    page    page
post keep_address                           sign-in   done    done    done       done    done     done    done    done
get  record_need                            sign-in   page    page    page       page    page     page    page    page
post record_need                            sign-in   done    done    done       done    done     done    done    done
get  review_need/the-citizen's-need         sign-in   page    missing missing    missing missing  missing missing missing
post review_need/the-citizen's-need         sign-in   done    missing missing    missing missing  missing missing missing
get  remove_need/the-citizen's-need         refused
post remove_need/the-citizen's-need         sign-in   done    missing missing    missing missing  missing missing missing
get  state_in_advance                       sign-in   page    page    page       page    page     page    page    page
post state_in_advance                       sign-in   done    done    done       done    done     done    done    done
get  agree_on_support                       sign-in   page    page    page       page    page     page    page    page
post agree_on_support                       sign-in   done    done    done       done    done     done    done    done
get  end_support/no-such                    refused
post end_support/no-such                    sign-in   missing missing missing    missing missing  missing missing missing
get  who_can_see                            sign-in   page    page    page       page    page     page    page    page
get  give_consent                           sign-in   page    page    page       page    page     page    page    page
post give_consent                           sign-in   done    done    done       done    done     done    done    done
get  change_consent/to-the-worker           sign-in   page    missing missing    missing missing  missing missing missing
post change_consent/to-the-worker           sign-in   done    missing missing    missing missing  missing missing missing
get  withdraw_consent/to-the-worker         refused
post withdraw_consent/to-the-worker         sign-in   done    missing missing    missing missing  missing missing missing
get  withdraw_all/from-the-worker           refused
post withdraw_all/from-the-worker           sign-in   done    missing missing    missing missing  missing missing missing
get  my_data                                sign-in   page    page    page       page    page     page    page    page
get  my_data_json                           sign-in   page    page    page       page    page     page    page    page
get  my_data_page                           sign-in   page    page    page       page    page     page    page    page
get  stop_sharing                           refused
post stop_sharing                           sign-in   done    done    done       done    done     done    done    done
get  erase                                  sign-in   page    page    page       page    page     page    page    page
post erase                                  sign-in   again   again   again      again   again    again   again   again
get  who_looked                             sign-in   page    page    page       page    page     page    page    page

# Asking for help, with or without an account
get  begin_to_ask                           page
get  ask_for_help                           page
post ask_for_help                           page
get  come_back                              page
post come_back                              again
get  take_back                              done
post take_back                              again
get  write_down                             sign-in   page    page    page       page    page     page    page    page
post write_down                             sign-in   page    page    page       page    page     page    page    page
get  invite                                 page
post invite                                 page
get  open_invitation                        page
post open_invitation                        page
get  how_soon                               page
get  claim_ask                              sign-in   page    page    page       page    page     page    page    page
post claim_ask                              sign-in   again   again   again      again   again    again   again   again
get  my_asks                                sign-in   page    page    page       page    page     page    page    page
get  withdraw_ask/waiting-ask               refused
post withdraw_ask/waiting-ask               sign-in   done    missing missing    missing missing  missing missing missing
get  revoke_invitation/to-a-neighbour       refused
post revoke_invitation/to-a-neighbour       sign-in   done    missing missing    missing missing  missing missing missing

# My rights, and challenging a decision about me
get  my_rights                              sign-in   page    page    page       page    page     page    page    page
get  my_challenges                          sign-in   page    page    page       page    page     page    page    page
get  challenge                              sign-in   page    page    page       page    page     page    page    page
post challenge                              sign-in   done    done    done       done    done     done    done    done
get  withdraw_challenge/the-challenge       refused
post withdraw_challenge/the-challenge       sign-in   done    missing missing    missing missing  missing missing missing
get  panel                                  sign-in   page    page    page       page    page     page    page    page
get  hear/the-seat                          sign-in   missing missing missing    missing missing  missing missing missing
post hear/the-seat                          sign-in   missing missing missing    missing missing  missing missing missing

# An advocate: the citizen asked one, who said yes
get  advocates                              page
get  my_advocate                            sign-in   page    page    page       page    page     page    page    page
get  ask_advocate                           sign-in   page    page    page       page    page     page    page    page
post ask_advocate                           sign-in   again   again   again      again   again    again   again   again
get  let_advocate_see/the-request           sign-in   page    missing missing    missing missing  missing missing missing
post let_advocate_see/the-request           sign-in   done    missing missing    missing missing  missing missing missing
get  end_advocacy/the-request               refused
post end_advocacy/the-request               sign-in   done    missing missing    missing missing  missing missing missing
get  asked_as_advocate                      sign-in   page    page    page       page    page     page    page    page
get  answer_advocacy/the-request            refused
post answer_advocacy/the-request            sign-in   missing missing missing    missing missing  missing missing missing

# People who asked: the social worker answers them; what the citizen asked is nobody else's to read
get  people_who_asked                       sign-in   no      page    no         no      no       no      no      no
get  ask/waiting-ask                        sign-in   missing page    missing    missing missing  missing missing missing
get  take_ask/waiting-ask                   refused
post take_ask/waiting-ask                   sign-in   missing done    missing    missing missing  missing missing missing
post take_ask/talked-ask                    sign-in   missing no      missing    missing missing  missing missing missing
get  talked_about_ask/waiting-ask           refused
post talked_about_ask/waiting-ask           sign-in   missing no      missing    missing missing  missing missing missing
post talked_about_ask/talked-ask            sign-in   missing not-now missing    missing missing  missing missing missing
get  hand_on_ask/talked-ask                 sign-in   missing page    missing    missing missing  missing missing missing
post hand_on_ask/talked-ask                 sign-in   missing again   missing    missing missing  missing missing missing
get  close_ask/waiting-ask                  sign-in   missing no      missing    missing missing  missing missing missing
get  close_ask/talked-ask                   sign-in   missing page    missing    missing missing  missing missing missing
post close_ask/talked-ask                   sign-in   missing done    missing    missing missing  missing missing missing

# The records of others: the citizen lets the social worker see one part
get  people_who_let_me                      sign-in   page    page    page       page    page     page    page    page
get  person/the-citizen                     sign-in   done    page    missing    missing missing  missing missing missing

# Needs and plans: the citizen writes both; the councillor asked the citizen to assess, and shows them a plan
get  assessors                              page
get  my_conversation                        sign-in   page    page    page       page    page    page    page    page
post my_conversation                        sign-in   again   done    again      done    done    done    done    done
get  say_about/eating                       sign-in   page    missing page       missing missing missing missing missing
post say_about/eating                       sign-in   done    missing done       missing missing missing missing missing
get  take_out_answer/eating                 refused
post take_out_answer/eating                 sign-in   done    missing done       missing missing missing missing missing
get  ask_assessor                           sign-in   page    missing page       missing missing missing missing missing
post ask_assessor                           sign-in   done    missing again      missing missing missing missing missing
get  agree_points                           refused
post agree_points                           sign-in   not-now missing not-now    missing missing missing missing missing
get  take_back_conversation                 refused
post take_back_conversation                 sign-in   not-now missing done       missing missing missing missing missing
get  another_look                           sign-in   missing missing missing    missing missing missing missing missing
get  assessing                              sign-in   page    page    page       page    page    page    page    page
get  assess/the-councillor's-needs          sign-in   page    missing missing    missing missing missing missing missing
post assess/the-councillor's-needs          sign-in   done    missing missing    missing missing missing missing missing
get  decline_assessment/the-councillor's-needs refused
post decline_assessment/the-councillor's-needs sign-in   done    missing missing    missing missing missing missing missing
get  review                                 sign-in   missing missing missing    missing missing missing missing missing
get  conversation_of/the-councillor         sign-in   page    missing done       missing missing missing missing missing
get  my_plan                                sign-in   page    page    page       page    page    page    page    page
get  begin_plan                             refused
post begin_plan                             sign-in   not-now done    done       done    done    done    done    done
get  agree_plan                             refused
post agree_plan                             sign-in   done    missing missing    missing missing missing missing missing
get  write_section                          sign-in   page    missing missing    missing missing missing missing missing
post write_section                          sign-in   done    missing missing    missing missing missing missing missing
get  add_goal                               sign-in   page    missing missing    missing missing missing missing missing
post add_goal                               sign-in   done    missing missing    missing missing missing missing missing
get  change_goal/the-citizen's-goal         sign-in   page    missing missing    missing missing missing missing missing
post change_goal/the-citizen's-goal         sign-in   done    missing missing    missing missing missing missing missing
get  add_arrangement                        sign-in   page    missing missing    missing missing missing missing missing
post add_arrangement                        sign-in   done    missing missing    missing missing missing missing missing
get  change_arrangement/the-citizen's-support sign-in   page    missing missing    missing missing missing missing missing
post change_arrangement/the-citizen's-support sign-in   done    missing missing    missing missing missing missing missing
get  remove_from_plan/the-citizen's-goal    refused
post remove_from_plan/the-citizen's-goal    sign-in   done    missing missing    missing missing missing missing missing
get  plan_version                           sign-in   page    missing page       missing missing missing missing missing
get  compare_plan                           sign-in   page    missing missing    missing missing missing missing missing
get  print_plan                             sign-in   page    missing page       missing missing missing missing missing
get  one_page                               sign-in   page    missing page       missing missing missing missing missing
get  reply_to_comment/on-the-councillor's-plan sign-in   missing missing page       missing missing missing missing missing
post reply_to_comment/on-the-councillor's-plan sign-in   missing missing done       missing missing missing missing missing
get  take_out_comment/on-the-councillor's-plan refused
post take_out_comment/on-the-councillor's-plan sign-in   done    missing done       missing missing missing missing missing
get  plan_of/the-councillor                 sign-in   page    missing missing    missing missing missing missing missing
post plan_of/the-councillor                 sign-in   done    missing missing    missing missing missing missing missing

# The same for somebody else, by whoever lawfully decides for them: here nobody but the citizen themself
get  introduce_for/for-the-citizen          sign-in   page    missing missing    missing missing  missing missing missing
post introduce_for/for-the-citizen          sign-in   done    missing missing    missing missing  missing missing missing
get  say_how_to_reach_for/for-the-citizen   sign-in   page    missing missing    missing missing  missing missing missing
post say_how_to_reach_for/for-the-citizen   sign-in   done    missing missing    missing missing  missing missing missing
get  keep_address_for/for-the-citizen       sign-in   page    missing missing    missing missing  missing missing missing
post keep_address_for/for-the-citizen       sign-in   done    missing missing    missing missing  missing missing missing
get  record_need_for/for-the-citizen        sign-in   page    missing missing    missing missing  missing missing missing
post record_need_for/for-the-citizen        sign-in   done    missing missing    missing missing  missing missing missing
get  review_need_for/their-need             sign-in   page    missing missing    missing missing  missing missing missing
post review_need_for/their-need             sign-in   done    missing missing    missing missing  missing missing missing
get  remove_need_for/their-need             refused
post remove_need_for/their-need             sign-in   done    missing missing    missing missing  missing missing missing
get  who_can_see_for/for-the-citizen        sign-in   missing missing missing    missing missing  missing missing missing
get  give_consent_for/for-the-citizen       sign-in   missing missing missing    missing missing  missing missing missing
post give_consent_for/for-the-citizen       sign-in   missing missing missing    missing missing  missing missing missing
get  change_consent_for/their-consent       sign-in   missing missing missing    missing missing  missing missing missing
post change_consent_for/their-consent       sign-in   missing missing missing    missing missing  missing missing missing
get  withdraw_consent_for/their-consent     refused
post withdraw_consent_for/their-consent     sign-in   missing missing missing    missing missing  missing missing missing
get  withdraw_all_for/their-worker          refused
post withdraw_all_for/their-worker          sign-in   missing missing missing    missing missing  missing missing missing

# Legal authority
get  who_decides                            sign-in   page    page    page       page    page     page    page    page
get  claim_authority                        sign-in   page    page    page       page    page     page    page    page
post claim_authority                        sign-in   again   done    done       done    done     done    done    done
get  begin_for                              sign-in   page    page    page       page    page     page    page    page
post begin_for                              sign-in   done    done    done       done    done     done    done    done
get  dispute_authority/no-such              sign-in   missing missing missing    missing missing  missing missing missing
post dispute_authority/no-such              sign-in   missing missing missing    missing missing  missing missing missing
get  end_authority/no-such                  sign-in   missing missing missing    missing missing  missing missing missing
post end_authority/no-such                  sign-in   missing missing missing    missing missing  missing missing missing
get  weigh_evidence/no-such                 sign-in   missing missing missing    missing missing  missing missing missing
post weigh_evidence/no-such                 sign-in   missing missing missing    missing missing  missing missing missing
get  evidence                               sign-in   missing missing missing    missing missing  missing missing missing

# Signing in
get  account_login                          page      home    home    home       home    home     home    home    home
post account_login                          home
get  account_signup                         page      home    home    home       home    home     home    home    home
post account_signup                         done      home    home    home       home    home     home    home    home
get  account_logout                         done      page    page    page       page    page     page    page    page
post account_logout                         done
get  account_reset_password                 page
post account_reset_password                 done
get  account_reset_password_done            page
get  account_reset_password_from_key        page
post account_reset_password_from_key        page
get  account_reset_password_from_key_done   page
get  account_inactive                       page
get  account_email_verification_sent        page
get  account_confirm_email                  page
post account_confirm_email                  missing
get  account_confirm_login_code             done      home    home    home       home    home     home    home    home
post account_confirm_login_code             done      home    home    home       home    home     home    home    home

# One's own sign-in
get  account_email                          sign-in   page    page    page       page    page     page    page    page
post account_email                          sign-in   done    done    done       done    done     done    done    done
get  account_change_password                sign-in   page    page    page       page    page     page    page    page
post account_change_password                sign-in   done    done    done       done    done     done    done    done
get  account_set_password                   sign-in   done    done    done       done    done     done    done    done
post account_set_password                   sign-in   done    done    done       done    done     done    done    done
get  account_reauthenticate                 sign-in   page    page    page       page    page     page    page    page
post account_reauthenticate                 sign-in   home    home    home       home    home     home    home    home

# Where one is signed in
get  security                               sign-in   page    page    page       page    page     page    page    page
get  security_second_step                   sign-in   page    page    page       page    page     page    page    page
get  security_end_session                   refused
post security_end_session                   sign-in   missing missing missing    missing missing  missing missing missing
get  security_sign_out_elsewhere            refused
post security_sign_out_elsewhere            sign-in   done    done    done       done    done     done    done    done
get  security_sign_out_everywhere           refused
post security_sign_out_everywhere           sign-in   done    done    done       done    done     done    done    done
get  security_discard_kept_form             refused
post security_discard_kept_form             sign-in   home    home    home       home    home     home    home    home

# One's own second step. Changing it asks for the password again: that is where `done` leads.
get  mfa_index                              sign-in   page    page    page       page    page     page    page    page
get  mfa_login_webauthn                     done      home    home    home       home    home     home    home    home
post mfa_login_webauthn                     done      home    home    home       home    home     home    home    home
get  mfa_authenticate                       done      home    home    home       home    home     home    home    home
post mfa_authenticate                       done      home    home    home       home    home     home    home    home
get  mfa_reauthenticate                     sign-in   done    done    done       done    done     done    done    done
post mfa_reauthenticate                     sign-in   done    done    done       done    done     done    done    done
get  mfa_reauthenticate_webauthn            sign-in   done    done    done       done    done     done    done    done
post mfa_reauthenticate_webauthn            sign-in   done    done    done       done    done     done    done    done
get  mfa_activate_totp                      sign-in   done    done    done       done    done     done    done    done
post mfa_activate_totp                      sign-in   done    done    done       done    done     done    done    done
get  mfa_deactivate_totp                    sign-in   missing missing missing    missing missing  missing missing missing
post mfa_deactivate_totp                    sign-in   missing missing missing    missing missing  missing missing missing
get  mfa_view_recovery_codes                sign-in   missing missing missing    missing missing  missing missing missing
get  mfa_generate_recovery_codes            sign-in   done    done    done       done    done     done    done    done
post mfa_generate_recovery_codes            sign-in   done    done    done       done    done     done    done    done
get  mfa_download_recovery_codes            sign-in   missing missing missing    missing missing  missing missing missing
post mfa_download_recovery_codes            sign-in   missing missing missing    missing missing  missing missing missing
get  mfa_list_webauthn                      sign-in   page    page    page       page    page     page    page    page
get  mfa_add_webauthn                       sign-in   done    done    done       done    done     done    done    done
post mfa_add_webauthn                       sign-in   done    done    done       done    done     done    done    done
get  mfa_edit_webauthn                      sign-in   done    done    done       done    done     done    done    done
post mfa_edit_webauthn                      sign-in   done    done    done       done    done     done    done    done
get  mfa_remove_webauthn                    sign-in   done    done    done       done    done     done    done    done
post mfa_remove_webauthn                    sign-in   done    done    done       done    done     done    done    done

# Tokens for one's own programs
get  tokens                                 sign-in   page    page    page       page    page     page    page    page
get  make_token                             sign-in   page    page    page       page    page     page    page    page
post make_token                             sign-in   page    page    page       page    page     page    page    page
get  revoke_token/the-citizen's             sign-in   page    missing missing    missing missing  missing missing missing
post revoke_token/the-citizen's             sign-in   done    missing missing    missing missing  missing missing missing

# Open data
get  open_data                              page
get  open_data_package                      page
get  open_data_neighbourhoods               page
get  open_data_allocations/of-this-year     page
get  open_data_formula/adopted              page
get  open_data_conversation                 page
get  open_data_decisions                    page

# For machines that look after the service
get  readyz                                 page
get  metrics                                missing

# The API: what it is
get  api:docs                               page
get  api:schema                             page

# The API: reading
get  api:spheres                            page
get  api:sphere/local                       page
get  api:powers                             page
get  api:power                              page
get  api:seats                              asks
get  api:bodies                             page
get  api:matters                            page
get  api:matter/open                        page
get  api:matter/hidden                      missing
get  api:decisions                          page
get  api:decision/decided                   page
get  api:datasets                           page
get  api:dataset/figures                    page
get  api:indicator_values/figures           asks
get  api:formulas                           page
get  api:formula/of-nation                  page
get  api:formula_document/of-nation         page
get  api:prices                             page
get  api:price/of-a-point-in-a-nation       page
get  api:pots                               page
get  api:pot/waiting                        page
get  api:runs                               page
get  api:run/posted                         page
get  api:allocations                        asks
get  api:explanation/local                  page
get  api:what_ifs                           key       page    page    page       page    page     page    page    page
get  api:what_if/question                   page
get  api:what_if_changes/question           page
get  api:me                                 key       page    page    page       page    page     page    page    page
get  api:my_budget                          key       page    page    page       page    page     page    page    page
get  api:my_statement                       key       asks    asks    asks       asks    asks     asks    asks    asks
get  api:my_payees                          key       page    page    page       page    page     page    page    page
get  api:my_payments                        key       refused refused refused    refused refused  refused refused refused
get  api:my_consents                        key       page    page    page       page    page     page    page    page
get  api:my_consent/to-the-worker           key       page    missing missing    missing missing  missing missing missing
get  api:my_data                            key       page    page    page       page    page     page    page    page
get  api:my_looks                           key       page    page    page       page    page     page    page    page
get  api:my_asks                            key       page    page    page       page    page     page    page    page
get  api:my_ask/waiting-ask                 key       page    missing missing    missing missing  missing missing missing
get  api:my_rights                          key       page    page    page       page    page     page    page    page
get  api:my_challenges                      key       page    page    page       page    page     page    page    page
get  api:my_challenge/the-challenge         key       page    missing missing    missing missing  missing missing missing
get  api:person/the-citizen                 key       page    page    missing    missing missing  missing missing missing
get  api:trusted_assessors                  page
get  api:my_conversation                    key       page    missing page       missing missing missing missing missing
get  api:my_plan                            key       page    missing page       missing missing missing missing missing
get  api:plan_of/the-councillor             key       page    missing page       missing missing missing missing missing
get  api:conversation_of/the-councillor     key       page    missing page       missing missing missing missing missing
get  api:unknown                            missing

# The API: acting
get  api:open_vote/raised                   refused
post api:open_vote/raised                   key       no      no      no         no      page     no      page    no
get  api:cast_vote/open                     refused
post api:cast_vote/open                     key       no      no      no         no      done     no      no      no
get  api:close_vote/ripe                    refused
post api:close_vote/ripe                    key       no      no      no         no      page     no      page    no
get  api:withdraw/raised                    refused
post api:withdraw/raised                    key       no      no      no         no      page     no      page    no
post api:withdraw/hidden                    key       missing missing missing    missing missing  missing missing missing
get  api:ask_up/raised                      refused
post api:ask_up/raised                      key       no      no      no         no      not-now  no      not-now no
get  api:check_formula                      refused
post api:check_formula                      asks
post api:what_ifs                           asks
post api:my_payees                          key       done    done    done       done    done     done    done    done
post api:my_payments                        key       done    missing missing    missing missing  missing missing missing
post api:my_consents                        key       done    done    done       done    done     done    done    done
get  api:change_consent/to-the-worker       key       refused refused refused    refused refused  refused refused refused
post api:change_consent/to-the-worker       key       page    missing missing    missing missing  missing missing missing
get  api:withdraw_consent/to-the-worker     key       refused refused refused    refused refused  refused refused refused
post api:withdraw_consent/to-the-worker     key       page    missing missing    missing missing  missing missing missing
post api:my_asks                            key       done    done    done       done    done     done    done    done
post api:my_challenges                      key       done    done    done       done    done     done    done    done
get  api:withdraw_challenge/the-challenge   key       refused refused refused    refused refused  refused refused refused
post api:withdraw_challenge/the-challenge   key       page    missing missing    missing missing  missing missing missing
get  api:withdraw_ask/waiting-ask           key       refused refused refused    refused refused  refused refused refused
post api:withdraw_ask/waiting-ask           key       page    missing missing    missing missing  missing missing missing
post api:my_conversation                    key       not-now done    not-now    done    done    done    done    done
get  api:answer_my_conversation/that-was-begun key       refused refused refused    refused refused refused refused refused
post api:answer_my_conversation/that-was-begun key       page    missing page       missing missing missing missing missing
post api:my_plan                            key       not-now done    done       done    done    done    done    done
get  api:write_section/that-was-begun       key       refused refused refused    refused refused refused refused refused
post api:write_section/that-was-begun       key       page    missing not-now    missing missing missing missing missing
get  api:add_goal/that-was-begun            key       refused refused refused    refused refused refused refused refused
post api:add_goal/that-was-begun            key       page    missing not-now    missing missing missing missing missing
get  api:add_support/that-was-begun         key       refused refused refused    refused refused refused refused refused
post api:add_support/that-was-begun         key       page    missing not-now    missing missing missing missing missing
get  api:agree_plan/that-was-begun          key       refused refused refused    refused refused refused refused refused
post api:agree_plan/that-was-begun          key       page    missing not-now    missing missing missing missing missing
get  api:comment_on_plan/the-councillor     key       refused refused refused    refused refused refused refused refused
post api:comment_on_plan/the-councillor     key       done    missing no         missing missing missing missing missing
post api:matters                            key       asks    asks    asks       asks    asks     asks    asks    asks
post api:formulas                           key       asks    asks    asks       asks    asks     asks    asks    asks
post api:prices                             key       asks    asks    asks       asks    asks     asks    asks    asks
post api:pots                               key       asks    asks    asks       asks    asks     asks    asks    asks
post api:runs                               key       asks    asks    asks       asks    asks     asks    asks    asks
"""


def _by_public_id(*names: str) -> dict[str, Callable[[SmallEngland], dict[str, Any]]]:
    """The parts of an address about things of the world that go by their public id."""
    attributes = {
        "waiting": "waiting_pot",
        "posted": "run",
        "queued": "queued_run",
    }
    return {
        name: lambda world, name=name: {
            "public_id": getattr(world, attributes.get(name, name)).public_id
        }
        for name in names
    }


def _own_sphere(world: SmallEngland) -> dict[str, Any]:
    """The sphere in which the citizen decides for themself: no page is about it."""
    with acting_as(world.people["citizen"]):
        person = Person.objects.select_related("sphere").get(user=world.people["citizen"])
        return {"code": person.sphere.public_id}


def _token_of_the_citizen(world: SmallEngland) -> dict[str, Any]:
    """Written here: made by its action, it would leave a trace in the middle of a test."""
    token, _is_new = ApiToken.objects.get_or_create(
        user=world.people["citizen"],
        sha256="0" * 64,
        defaults={"name": "a sheet", "ends_on": acting.today() + timedelta(days=1)},
    )
    return {"public_id": token.public_id}


def _the_citizen(world: SmallEngland) -> dict[str, Any]:
    return {"person": world.consent.content_object.public_id}


def _need_of_the_citizen(world: SmallEngland) -> dict[str, Any]:
    with acting_as(world.people["citizen"]):
        return {"public_id": CommunicationNeed.objects.get().public_id}


def _worker_as_the_citizen_knows_them(world: SmallEngland) -> dict[str, Any]:
    with acting_as(world.people["citizen"]):
        return {"public_id": Acquaintance.objects.get().public_id}


def _seat_of_the_citizens_panel(world: SmallEngland) -> dict[str, Any]:
    with acting_as(world.people["citizen"]):
        return {"public_id": world.challenge.seats.order_by("pk")[0].public_id}


def _the_councillor(world: SmallEngland) -> dict[str, Any]:
    with acting_as(world.people["councillor"]):
        return {"public_id": Person.objects.get(user=world.people["councillor"]).public_id}


def _asked_about_the_councillor(world: SmallEngland) -> dict[str, Any]:
    with acting_as(world.people["citizen"]):
        asked = Assessment.objects.exclude(person__user=world.people["citizen"])
        return {"public_id": asked.get().public_id}


def _comment_on_the_councillors_plan(world: SmallEngland) -> dict[str, Any]:
    with acting_as(world.people["councillor"]):
        return {"public_id": PlanComment.objects.get().public_id}


def _in_the_citizens_draft(table: type[Goal] | type[Arrangement]) -> Any:
    def parts(world: SmallEngland) -> dict[str, Any]:
        with acting_as(world.people["citizen"]):
            rows = table._default_manager.filter(
                plan__state="draft", person__user=world.people["citizen"]
            )
            return {"public_id": rows.order_by("pk")[0].public_id}

    return parts


# What stands after the stroke in a row → the parts of the address.
ABOUT: dict[str, Callable[[SmallEngland], dict[str, Any]]] = {
    **_by_public_id("raised", "open", "ripe", "hidden", "waiting", "posted", "queued"),
    "nation": lambda world: {"code": world.nation.code},
    "local": lambda world: {"code": world.local.code},
    "neighbourhood": lambda world: {"code": world.neighbourhood.code},
    "somebody's-own": _own_sphere,
    "the-citizen's": _token_of_the_citizen,
    "the-citizen": lambda world: {"public_id": world.consent.content_object.public_id},
    "for-the-citizen": _the_citizen,
    "their-need": lambda world: {**_the_citizen(world), **_need_of_the_citizen(world)},
    "their-consent": lambda world: {**_the_citizen(world), "public_id": world.consent.public_id},
    "their-worker": lambda world: {
        **_the_citizen(world),
        **_worker_as_the_citizen_knows_them(world),
    },
    "no-such": lambda world: {"public_id": "a" * 12},
    "the-citizen's-need": _need_of_the_citizen,
    "to-the-worker": lambda world: {"public_id": world.consent.public_id},
    "waiting-ask": lambda world: {"public_id": world.waiting_ask.pk},
    "talked-ask": lambda world: {"public_id": world.talked_ask.pk},
    "the-challenge": lambda world: {"public_id": world.challenge.public_id},
    "the-seat": _seat_of_the_citizens_panel,
    "the-request": lambda world: {"public_id": world.advocacy.public_id},
    "to-a-neighbour": lambda world: {"public_id": world.invitation.pk},
    "from-the-worker": _worker_as_the_citizen_knows_them,
    "whom-the-citizen-pays": lambda world: {"public_id": world.payee.public_id},
    "what-the-citizen-plans": lambda world: {"public_id": world.regular.public_id},
    "what-the-citizen-paid": lambda world: {"public_id": world.paid.public_id},
    "the-councillor": _the_councillor,
    "the-councillor's-needs": _asked_about_the_councillor,
    "on-the-councillor's-plan": _comment_on_the_councillors_plan,
    "the-citizen's-goal": _in_the_citizens_draft(Goal),
    "the-citizen's-support": _in_the_citizens_draft(Arrangement),
    "eating": lambda world: {"question": "eating"},
    "of-this-year": lambda world: {"period": world.shared_pot.starts_on},
    "question": lambda world: {"public_id": world.proposed_formula.what_if.public_id},
    "adopted": lambda world: {"slug": world.formula.slug, "version": world.formula.version},
    "decided": lambda world: {"public_id": world.formula.decision.public_id},
    "figures": lambda world: {"nation": world.nation.code, "sha256": world.dataset.sha256},
    "of-nation": lambda world: {
        "nation": world.nation.code,
        "slug": world.formula.slug,
        "version": world.formula.version,
    },
    "of-a-point": lambda world: {"slug": world.price.slug, "version": world.price.version},
    "of-a-point-in-a-nation": lambda world: {
        "nation": world.nation.code,
        "slug": world.price.slug,
        "version": world.price.version,
    },
    "proposed": lambda world: {
        "slug": world.proposed_formula.slug,
        "version": world.proposed_formula.version,
    },
}
# Parts of an address that are the same whatever it is about.
ALSO: dict[str, dict[str, Any]] = {
    "run_file": {"name": "local"},
    "ask_for_help": {"for_whom": "me"},
    "what_if_file": {"name": "local"},
    "api:power": {"slug": "set-the-pot"},
    "write_section": {"kind": "matters"},
    "plan_version": {"number": 1},
    "compare_plan": {"before": 1, "after": 2},
    "review": {"public_id": "no-such-review"},
    "account_confirm_email": {"key": "no-such-key"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "no-such-key"},
    "security_end_session": {"public_id": "no-such-session"},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
}


def _pot(world: SmallEngland) -> dict[str, Any]:
    days = {"starts_on": small_england.year(5), "ends_on": small_england.year(6)}
    return {
        **{
            f"{name}_{part}": getattr(day, part)
            for name, day in days.items()
            for part in ("day", "month", "year")
        },
        "total_pence": "1,000",
        "risk_reserve_pence": "20",
        "national_functions_pence": "5",
        "background": "It is enough.",
    }


def _formula(world: SmallEngland) -> dict[str, Any]:
    text = world.formula.text.replace("title: Need for", "title: Another draft of need for", 1)
    return {"text": text, "background": "It is clearer."}


def _price(world: SmallEngland) -> dict[str, Any]:
    text = world.price.text.replace("title: What", "title: Again what", 1)
    return {"text": text, "background": "It is clearer."}


def _day(name: str, day: date) -> dict[str, Any]:
    """A day as its three boxes send it."""
    return {f"{name}_{part}": getattr(day, part) for part in ("day", "month", "year")}


def _need(world: SmallEngland) -> dict[str, Any]:
    # Of another kind than what the citizen has already.
    review = _day("review_on", worlds.in_days(30))
    return {"kind": "more-time", "words": "Let me finish.", "met": "no", **review}


def _new_terms(world: SmallEngland) -> dict[str, Any]:
    return {"purpose": "health", **_day("last_day", worlds.in_days(9))}


def _given(world: SmallEngland) -> dict[str, Any]:
    """To somebody who is none of the visitors."""
    friend = world.council.members[0].public_id
    return {"code": friend, "known_as": "a friend", "parts": ["contact"], **_new_terms(world)}


def _another_assessor(world: SmallEngland) -> dict[str, Any]:
    return {"assessor": TrustedAssessor.objects.get(name="Ravi").public_id}


def _given_by_a_program(world: SmallEngland) -> dict[str, Any]:
    friend = world.council.members[0].public_id
    terms = {"purpose": "health", "ends_on": worlds.in_days(9)}
    return {"code": friend, "known_as": "a friend", "parts": ["contact"], **terms}


def _authority(world: SmallEngland) -> dict[str, Any]:
    return {
        "kind": "deputy",
        "parts": ["budget"],
        "place": world.local.name,
        "evidence": "court-order",
    }


def _code_of_the_citizen(world: SmallEngland) -> str:
    return str(world.people["citizen"].public_id)


_NEW_PASSWORD = {"password1": "three words apart", "password2": "three words apart"}

# What a POST carries, by the row's address (and what it is about, where that matters). It is always good enough to
# succeed for somebody who may: so a refusal is about who they are.
SEND: dict[str, Callable[[SmallEngland], dict[str, Any]]] = {
    "find/by-name": lambda world: {"q": world.neighbourhood.name},
    "find/by-postcode": lambda world: {"q": "S72 7LP"},
    "propose_pot": _pot,
    "propose_formula": _formula,
    "propose_price": _price,
    "propose_what_if": _formula,
    "ask_what_if": form_of,
    "ask_by_document": lambda world: {"text": world.formula.text, "pot_pence": "1,000"},
    "share_out": lambda world: {"formula": world.formula.pk},
    "open_vote": lambda world: {"days": "7"},
    "cast_vote": lambda world: {"choice": "for"},
    "api:open_vote": lambda world: {"closes_at": timezone.now() + timedelta(days=7)},
    "api:cast_vote": lambda world: {"choice": "for"},
    "make_token": lambda world: {"name": "A sheet", "scope": "read", "days": "30"},
    "introduce": lambda world: {"preferred_name": "Somebody"},
    "say_how_to_reach": lambda world: {"channel": "phone", "reach": "my mother"},
    "keep_address": lambda world: {
        "address": "2 New Row",
        "neighbourhood": world.neighbourhood.name,
    },
    "record_need": _need,
    "review_need": _need,
    "state_in_advance": lambda world: {"want": "Let me stay at home."},
    "agree_on_support": lambda world: {"part": "plan", "who": "Jo", "what": "Mornings."},
    "choose_holding": lambda world: {"way": "managed"},
    "pay_whom": lambda world: {"payee": "new", "name": "Somebody"},
    "pay_payee": lambda world: {"amount_pence": "1", "key": "a-page-of-theirs", "sure": "on"},
    "plan_regular": lambda world: {
        "amount_pence": "1",
        "every": "week",
        **_day("starts_on", worlds.in_days(1)),
    },
    "bring_back": lambda world: {"amount_pence": "1"},
    "api:my_payees": lambda world: {"name": "Somebody"},
    "api:my_payments": lambda world: {"payee": world.payee.public_id, "amount_pence": 1},
    "give_consent": _given,
    "change_consent": _new_terms,
    "introduce_for": lambda world: {"preferred_name": "Somebody"},
    "say_how_to_reach_for": lambda world: {"channel": "phone", "reach": "my mother"},
    "keep_address_for": lambda world: {"address": "2 New Row"},
    "record_need_for": _need,
    "review_need_for": _need,
    "give_consent_for": _given,
    "change_consent_for": _new_terms,
    "claim_authority": lambda world: {**_authority(world), "code": _code_of_the_citizen(world)},
    "begin_for": lambda world: {**_authority(world), "preferred_name": "Joan"},
    "weigh_evidence": lambda world: {"to": "confirmed"},
    "api:my_consents": _given_by_a_program,
    "api:my_conversation": lambda world: {"done_with": "alone"},
    "api:answer_my_conversation": lambda world: {"outcome": "eating", "answer": "some"},
    "api:write_section": lambda world: {"kind": "matters", "words": "The sea"},
    "api:add_goal": lambda world: {"words": "To sing"},
    "api:add_support": lambda world: {"kind": "natural", "what_for": "Chess"},
    "api:comment_on_plan": lambda world: {"kind": "comment", "words": "How good"},
    "api:change_consent": lambda world: {"purpose": "health", "ends_on": worlds.in_days(9)},
    "ask_for_help": lambda world: said(place=world.neighbourhood.name),
    "write_down": lambda world: said(
        place=world.neighbourhood.name, how="phone", for_whom="family"
    ),
    "come_back": lambda world: {"code": "0000-0000-0000"},
    "take_back": lambda world: {"code": "0000-0000-0000"},
    "claim_ask": lambda world: {"code": "0000-0000-0000"},
    "invite": lambda world: {"place": world.neighbourhood.name},
    "open_invitation": lambda world: {"code": "0000-0000-0000"},
    "close_ask": lambda world: {"answer": "A rail for the stairs."},
    "ask_advocate": lambda world: {"whom": "nobody there"},
    "let_advocate_see": lambda world: {"parts": ["contact"]},
    "answer_advocacy": lambda world: {"answer": "accept"},
    "challenge": lambda world: {"about": "elsewhere:", "words": "It is not right."},
    "hear": lambda world: {"opinion": "change", "reasons": "It is not right."},
    "api:my_challenges": lambda world: {"about": "elsewhere:", "words": "It is not right."},
    "api:my_asks": lambda world: said(for_whom="me", neighbourhood=world.neighbourhood.code),
    "my_conversation": lambda world: {"done_with": "alone"},
    "say_about": lambda world: {"answer": "some", "what_helps": "A tray"},
    "ask_assessor": _another_assessor,
    "assess": lambda world: dict.fromkeys(
        ["gives_no_support", "is_no_relative", "is_not_paid_by_them"], "on"
    ),
    "write_section": lambda world: {"words": "The sea"},
    "add_goal": lambda world: {"words": "To sing", "right": "UDHR 27"},
    "change_goal": lambda world: {"words": "To dance"},
    "add_arrangement": lambda world: {"kind": "community", "what_for": "Choir"},
    "change_arrangement": lambda world: {"kind": "community", "what_for": "Choir"},
    "reply_to_comment": lambda world: {"words": "Thank you"},
    "plan_of": lambda world: {"kind": "comment", "words": "How good"},
    "begin": lambda world: {"preferred_name": "Somebody Else"},
    "account_login": lambda world: {
        "login": world.people["citizen"].email,
        "password": worlds.PASSWORD,
    },
    "account_signup": lambda world: {"email": "newcomer@example.com", **_NEW_PASSWORD},
    "account_reset_password": lambda world: {"email": world.people["citizen"].email},
    "account_reset_password_from_key": lambda world: _NEW_PASSWORD,
    "account_confirm_login_code": lambda world: {"code": "123456"},
    "account_email": lambda world: {"action_add": "", "email": "another@example.com"},
    "account_change_password": lambda world: {"oldpassword": worlds.PASSWORD, **_NEW_PASSWORD},
    "account_set_password": lambda world: _NEW_PASSWORD,
    "account_reauthenticate": lambda world: {"password": worlds.PASSWORD},
}


@dataclass(frozen=True)
class Cell:
    """One visitor at one address."""

    method: str
    label: str
    role: str
    outcome: str

    @property
    def name(self) -> str:
        """The name of the address, as the product's URLs call it."""
        return self.label.partition("/")[0]

    @property
    def about(self) -> str:
        return self.label.partition("/")[2]

    def address(self, world: SmallEngland) -> str:
        parts = ABOUT[self.about](world) if self.about in ABOUT else {}
        return reverse(self.name, kwargs=parts | ALSO.get(self.name, {}))

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    def body(self, world: SmallEngland) -> dict[str, Any]:
        """What a POST carries; a GET carries nothing."""
        if self.method == "get":
            return {}
        make = SEND.get(self.label) or SEND.get(self.name)
        return make(world) if make else {}

    def __str__(self) -> str:
        return f"{self.method} {self.label} {self.role}"


def cells() -> Iterator[Cell]:
    """Every cell of the table."""
    for line in TABLE.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        method, label, *outcomes = line.split()
        if len(outcomes) == 1:
            outcomes *= len(ROLES)
        for role, outcome in zip(ROLES, outcomes, strict=True):
            yield Cell(method, label, role, outcome)
