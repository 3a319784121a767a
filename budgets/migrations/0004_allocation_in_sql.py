"""What PostgreSQL refuses about formulas, pots and allocations: other words, other sums, or an adoption nobody decided."""

from django.db import migrations

from socialcare.kernel.database import append_only, run_as_owner

SETTLED = """
-- A formula's words and a pot's sums are what was put to the vote. Only what became of them may be added.
CREATE FUNCTION check_formula_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.nation_id, NEW.slug, NEW.version, NEW.title, NEW.text, NEW.sha256, NEW.contents,
                           NEW.matter_id, NEW.proposed_by_id, NEW.proposed_at)
      IS DISTINCT FROM (OLD.nation_id, OLD.slug, OLD.version, OLD.title, OLD.text, OLD.sha256, OLD.contents,
                        OLD.matter_id, OLD.proposed_by_id, OLD.proposed_at) THEN
    RAISE EXCEPTION 'the words of a proposed formula do not change' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'adopted' AND NOT EXISTS (
      SELECT FROM governance_decision d JOIN governance_matter m ON m.id = d.matter_id
       WHERE d.id = NEW.decision_id AND d.carried AND m.id = NEW.matter_id
         AND m.power = 'adopt-a-formula' AND m.sphere_id = NEW.nation_id) THEN
    RAISE EXCEPTION 'a formula is adopted by the decision about it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER formula_change BEFORE INSERT OR UPDATE ON budgets_formulaversion
  FOR EACH ROW EXECUTE FUNCTION check_formula_change();

CREATE FUNCTION check_pot_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.nation_id, NEW.starts_on, NEW.ends_on, NEW.total_pence, NEW.risk_reserve_pence,
                           NEW.national_functions_pence, NEW.matter_id, NEW.proposed_by_id, NEW.proposed_at)
      IS DISTINCT FROM (OLD.nation_id, OLD.starts_on, OLD.ends_on, OLD.total_pence, OLD.risk_reserve_pence,
                        OLD.national_functions_pence, OLD.matter_id, OLD.proposed_by_id, OLD.proposed_at) THEN
    RAISE EXCEPTION 'the sums of a proposed pot do not change' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'set' AND NOT EXISTS (
      SELECT FROM governance_decision d JOIN governance_matter m ON m.id = d.matter_id
       WHERE d.id = NEW.decision_id AND d.carried AND m.id = NEW.matter_id
         AND m.power = 'set-the-pot' AND m.sphere_id = NEW.nation_id) THEN
    RAISE EXCEPTION 'a pot is set by the decision about it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pot_change BEFORE INSERT OR UPDATE ON budgets_pot
  FOR EACH ROW EXECUTE FUNCTION check_pot_change();

-- A run shares a pot that is set, by a formula that is adopted, over figures of the same nation. What it shares by is
-- fixed once its shares are stored (it then has a digest); until then a run that stopped may try others. Once posted
-- it stays as it is.
CREATE FUNCTION check_run() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (
      SELECT FROM budgets_pot p
        JOIN budgets_formulaversion f ON f.id = NEW.formula_id AND f.nation_id = p.nation_id
        JOIN neighbourhoods_dataset d ON d.id = NEW.dataset_id AND d.nation_id = p.nation_id
       WHERE p.id = NEW.pot_id AND p.state = 'set' AND f.state = 'adopted') THEN
    RAISE EXCEPTION 'a run needs an adopted formula, a pot that is set, and figures of one nation'
      USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.state = 'posted' OR NEW.pot_id <> OLD.pot_id
      OR (OLD.digest <> '' AND (NEW.formula_id, NEW.dataset_id) IS DISTINCT FROM (OLD.formula_id, OLD.dataset_id))) THEN
    RAISE EXCEPTION 'what a run shares does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER run_checked BEFORE INSERT OR UPDATE ON budgets_allocationrun
  FOR EACH ROW EXECUTE FUNCTION check_run();
"""

UNDO_SETTLED = """
DROP TRIGGER run_checked ON budgets_allocationrun;
DROP FUNCTION check_run();
DROP TRIGGER pot_change ON budgets_pot;
DROP FUNCTION check_pot_change();
DROP TRIGGER formula_change ON budgets_formulaversion;
DROP FUNCTION check_formula_change();
"""


class Migration(migrations.Migration):
    dependencies = [("budgets", "0003_allocation")]
    operations = [
        migrations.RunSQL(SETTLED, UNDO_SETTLED),
        append_only("budgets_allocation"),
        run_as_owner(
            "REVOKE DELETE, TRUNCATE ON budgets_formulaversion, budgets_pot, budgets_allocationrun FROM {app}"
        ),
    ]
