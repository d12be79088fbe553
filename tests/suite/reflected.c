/*
 * See reflected.h.
 */
#include "reflected.h"

#include <string.h>

cn_reflection *reflected(cn_engine *engine, const cn_reflect_options *options)
{
    cn_reflection *found = cn_engine_reflect(engine, options);
    if (found == NULL)
        fail_msg("%s", cn_error_message(engine));
    return found;
}

/* Each difference on a line. */
void assert_equal(const cn_metadata *declared, const cn_reflection *found)
{
    /* those with sequences are compared with all that there is */
    cn_comparison *comparison = cn_compare(declared, found,
                                           .ignore_others = declared->sequences != NULL);
    char           all[4000]  = "";
    for (size_t i = 0; i < cn_comparison_count(comparison); i++) {
        strncat(all, cn_comparison_difference(comparison, i)->sentence,
                sizeof all - strlen(all) - 2);
        strcat(all, "\n");
    }
    if (!cn_comparison_equal(comparison))
        fail_msg("%s%s", all,
                 cn_comparison_problem(comparison) != NULL ? cn_comparison_problem(comparison)
                                                           : "");
    cn_comparison_free(comparison);
}

CN_TABLE(owner, "rf_owner")
{
    CN_TABLE_COLUMN(region, CN_INTEGER);
    CN_TABLE_COLUMN(number, CN_INTEGER);
    CN_TABLE_COLUMN(name, CN_STRING(30), .comment = "it's the \\ name");
    CN_PRIMARY_KEY((number, region), .name = "pk_rf_owner", .comment = "it's both");
}

CN_TABLE(thing, "rf_thing")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(region, CN_INTEGER, .nullable = true);
    CN_TABLE_COLUMN(owner, CN_INTEGER, .nullable = true, .index = true);
    CN_TABLE_COLUMN(low, CN_INTEGER, .check = "low > 0", .check_name = "ck_rf_low");
    CN_TABLE_COLUMN(high, CN_INTEGER, .check = "high <> 13 AND (high < 100 OR high IN (200, 300))",
                    .not_null = true);
    CN_TABLE_COLUMN(name, CN_STRING(40), .comment = "what it's called \\ or not");
    CN_TABLE_COLUMN(code, CN_STRING(8), .unique = true, .index = true);
    CN_TABLE_COLUMN(word, CN_STRING(20), .server_default = "'it''s'");
    CN_TABLE_COLUMN(number, CN_INTEGER, .server_default = "-7", .not_null = true);
    CN_TABLE_COLUMN(price, CN_NUMERIC(8, 2), .server_default = "1.50");
    CN_TABLE_COLUMN(flag, CN_BOOLEAN, .server_default = "TRUE");
    CN_TABLE_COLUMN(stamp, CN_DATETIME, .server_default = "CURRENT_TIMESTAMP",
                    .variants = CN_VARIANTS({"mysql", CN_DATETIME_DIGITS(0)}));
    CN_TABLE_COLUMN(moment, CN_DATETIME, .server_default = "CURRENT_TIMESTAMP");
    CN_TABLE_COLUMN(made, CN_STRING(20), .server_default = "lower('ABC')");
    CN_TABLE_COLUMN(area, CN_INTEGER, .computed = "low * high + 1", .persisted = CN_STORED);
    CN_TABLE_COLUMN(parent, CN_INTEGER, .foreign_key = "rf_thing.id", .on_delete = "SET NULL");
    CN_CHECK("low < high", .name = "ck_rf_order", .comment = "in order");
    CN_CHECK("name LIKE 'a%' OR name IS NULL OR low BETWEEN 2 AND 4", .name = "ck_rf_name");
    CN_CHECK("NOT (low = 77 AND high = 99)");
    CN_UNIQUE_WITH((low, high), .name = "uq_rf_range", .comment = "no range twice");
    CN_UNIQUE(region, name);
    CN_FOREIGN_KEY((owner, region), "rf_owner", (number, region), .name = "fk_rf_owner",
                   .on_delete = "cascade", .on_update = "cascade", .comment = "whose it is");
    CN_INDEX((name, high desc), .name = "ix_rf_name", .comment = "by name");
    CN_INDEX((word(5), number), .name = "ix_rf_prefix");
    CN_INDEX((number), .name = "ix_rf_part", .where = "number > 3 AND word IS NOT NULL");
    CN_TABLE_OPTIONS(.comment = "things, it's said", .mysql_engine = "InnoDB");
}
const cn_metadata things = {.models = CN_MODEL_LIST(&thing, &owner)};
