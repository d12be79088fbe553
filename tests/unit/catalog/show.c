/*
 * cn_create_all_sql and cn_drop_all_sql: the exact words of each database for all that a model can
 * say, without a database; and what a database lacks is an error that names it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/catalog/show.h"
#include "unit/failing.h"

/* ---- a shop: most of what models say --------------------------------------------------------- */

typedef struct Owner {
    int         id;
    const char *name;
} Owner;

CN_MODEL(Owner, "owner")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(30), .comment = "it's the \\ name");
}

CN_SEQUENCE(item_numbers, "item_numbers", .start = 100, .increment = 5);

typedef struct Item {
    int64_t      id;
    const char  *code;
    int          owner_id;
    int          width;
    int          height;
    int          area;
    int          mood;
    const char  *note;
    cn_json      data;
    cn_timestamp created;
} Item;

CN_MODEL(Item, "item")
{
    CN_COLUMN(id, .primary_key = true, .sequence = &item_numbers);
    CN_COLUMN(
        code, .type = CN_TYPE(STRING, .length = 8, .collation = "C"), .not_null = true,
        .variants = CN_VARIANTS(
            {"mysql", CN_TYPE(STRING, .length = 8, .charset = "latin1", .collation = "latin1_bin")},
            {"sqlite", CN_TYPE(STRING, .length = 8, .collation = "NOCASE")}));
    CN_COLUMN(owner_id, .foreign_key = "owner.id", .foreign_key_name = "fk_owner",
              .on_delete = "CASCADE", .index = true);
    CN_COLUMN(width, .check = "width > 0");
    CN_COLUMN(height, .check = "height > 0", .check_name = "tall");
    CN_COLUMN(area, .computed = "width * height", .persisted = CN_STORED);
    CN_COLUMN(mood, .type = CN_ENUM_AS(CN_ENUM_NATIVE, "item_mood", "sad", "it's"),
              .server_default = "'sad'");
    CN_COLUMN(note, .variants = CN_VARIANTS({"mysql", CN_MEDIUMTEXT}, {"mariadb", CN_LONGTEXT}));
    CN_COLUMN(data, .type = CN_JSONB);
    CN_COLUMN(created, .server_default = "CURRENT_TIMESTAMP");
    CN_CHECK("width < height", .name = "shape");
    CN_UNIQUE_WITH((code, owner_id), .name = "uq_code");
    CN_UNIQUE(width, height);
    CN_INDEX((code, created desc), .name = "ix_code_created");
    CN_INDEX((note(20)), .where = "width > 3", .method = "btree", .include = CN_MEMBERS(width),
             .with = "fillfactor = 50");
    CN_TABLE_OPTIONS(.comment = "all that's for sale", .mysql_engine = "InnoDB",
                     .mysql_charset = "utf8mb4", .postgresql_with = "fillfactor = 70");
}

CN_TABLE(part, "part")
{
    CN_TABLE_COLUMN(item_id, CN_TYPE_OF(Item, id));
    CN_TABLE_COLUMN(number, CN_SMALLINT);
    CN_TABLE_COLUMN(parent_item, CN_TYPE_OF_TABLE(part, item_id), .nullable = true);
    CN_TABLE_COLUMN(parent_number, CN_TYPE_OF_TABLE(part, number), .nullable = true);
    CN_PRIMARY_KEY((number, item_id), .name = "pk_part");
    CN_FOREIGN_KEY((item_id), "item", (id));
    CN_FOREIGN_KEY((parent_number, parent_item), "part", (number, item_id), .name = "fk_parent",
                   .on_delete = "set null");
}

CN_TABLE(zoo, "zoo")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
}

CN_METADATA(shop, &part, &Item_model, &Owner_model);

/* The same on every database. */
#define PART_TABLE                                                                                 \
    "\nCREATE TABLE part (\n"                                                                      \
    "\titem_id BIGINT NOT NULL, \n"                                                                \
    "\tnumber SMALLINT NOT NULL, \n"                                                               \
    "\tparent_item BIGINT, \n"                                                                     \
    "\tparent_number SMALLINT, \n"                                                                 \
    "\tCONSTRAINT pk_part PRIMARY KEY (number, item_id), \n"                                       \
    "\tFOREIGN KEY(item_id) REFERENCES item (id), \n"                                              \
    "\tCONSTRAINT fk_parent FOREIGN KEY(parent_number, parent_item) REFERENCES part "              \
    "(number, item_id) ON DELETE SET NULL\n"                                                       \
    ");\n"

static void a_shop_is_created_in_the_words_of_each_database(void **state)
{
    (void)state;
    ASSERT_CREATE(shop, "sqlite",
                  "\nCREATE TABLE owner (\n"
                  "\tid INTEGER NOT NULL, \n"
                  "\tname VARCHAR(30), \n"
                  "\tPRIMARY KEY (id)\n"
                  ");\n"
                  "\nCREATE TABLE item (\n"
                  "\tid INTEGER NOT NULL, \n"
                  "\tcode VARCHAR(8) COLLATE \"NOCASE\" NOT NULL, \n"
                  "\towner_id INTEGER NOT NULL, \n"
                  "\twidth INTEGER NOT NULL CHECK (width > 0), \n"
                  "\theight INTEGER NOT NULL CONSTRAINT tall CHECK (height > 0), \n"
                  "\tarea INTEGER NOT NULL GENERATED ALWAYS AS (width * height) STORED, \n"
                  "\tmood VARCHAR(4) DEFAULT 'sad' NOT NULL CHECK (mood IN ('sad', 'it''s')), \n"
                  "\tnote TEXT, \n"
                  "\tdata TEXT, \n"
                  "\tcreated DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, \n"
                  "\tPRIMARY KEY (id), \n"
                  "\tCONSTRAINT shape CHECK (width < height), \n"
                  "\tCONSTRAINT uq_code UNIQUE (code, owner_id), \n"
                  "\tUNIQUE (width, height), \n"
                  "\tCONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE "
                  "CASCADE\n"
                  ");\n"
                  "CREATE INDEX ix_code_created ON item (code, created DESC);\n"
                  "CREATE INDEX ix_item_note ON item (note) WHERE width > 3;\n"
                  "CREATE INDEX ix_item_owner_id ON item (owner_id);\n" PART_TABLE);
    ASSERT_CREATE(shop, "mysql",
                  "\nCREATE TABLE owner (\n"
                  "\tid INTEGER NOT NULL AUTO_INCREMENT, \n"
                  "\tname VARCHAR(30) COMMENT 'it''s the \\\\ name', \n"
                  "\tPRIMARY KEY (id)\n"
                  ");\n"
                  "\nCREATE TABLE item (\n"
                  "\tid BIGINT NOT NULL AUTO_INCREMENT, \n"
                  "\tcode VARCHAR(8) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL, \n"
                  "\towner_id INTEGER NOT NULL, \n"
                  "\twidth INTEGER NOT NULL CHECK (width > 0), \n"
                  "\theight INTEGER NOT NULL CONSTRAINT tall CHECK (height > 0), \n"
                  "\tarea INTEGER GENERATED ALWAYS AS (width * height) STORED NOT NULL, \n"
                  "\tmood ENUM('sad','it''s') NOT NULL DEFAULT 'sad', \n"
                  "\tnote MEDIUMTEXT, \n"
                  "\tdata JSON, \n"
                  "\tcreated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), \n"
                  "\tPRIMARY KEY (id), \n"
                  "\tCONSTRAINT shape CHECK (width < height), \n"
                  "\tCONSTRAINT uq_code UNIQUE (code, owner_id), \n"
                  "\tUNIQUE (width, height), \n"
                  "\tCONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE "
                  "CASCADE\n"
                  ")ENGINE=InnoDB CHARSET=utf8mb4 COMMENT='all that''s for sale';\n"
                  "CREATE INDEX ix_code_created ON item (code, created DESC);\n"
                  "CREATE INDEX ix_item_note ON item (note(20)) USING btree;\n"
                  "CREATE INDEX ix_item_owner_id ON item (owner_id);\n" PART_TABLE);
    ASSERT_CREATE(shop, "mariadb",
                  "CREATE SEQUENCE item_numbers INCREMENT BY 5 START WITH 100;\n"
                  "\nCREATE TABLE owner (\n"
                  "\tid INTEGER NOT NULL AUTO_INCREMENT, \n"
                  "\tname VARCHAR(30) COMMENT 'it''s the \\\\ name', \n"
                  "\tPRIMARY KEY (id)\n"
                  ");\n"
                  "\nCREATE TABLE item (\n"
                  "\tid BIGINT NOT NULL DEFAULT (nextval(item_numbers)), \n"
                  "\tcode VARCHAR(8) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL, \n"
                  "\towner_id INTEGER NOT NULL, \n"
                  "\twidth INTEGER NOT NULL CHECK (width > 0), \n"
                  "\theight INTEGER NOT NULL, \n"
                  "\tarea INTEGER GENERATED ALWAYS AS (width * height) STORED, \n"
                  "\tmood ENUM('sad','it''s') NOT NULL DEFAULT 'sad', \n"
                  "\tnote LONGTEXT, \n"
                  "\tdata JSON, \n"
                  "\tcreated DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), \n"
                  "\tPRIMARY KEY (id), \n"
                  "\tCONSTRAINT shape CHECK (width < height), \n"
                  "\tCONSTRAINT uq_code UNIQUE (code, owner_id), \n"
                  "\tUNIQUE (width, height), \n"
                  "\tCONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE "
                  "CASCADE, \n"
                  "\tCONSTRAINT tall CHECK (height > 0)\n"
                  ")ENGINE=InnoDB CHARSET=utf8mb4 COMMENT='all that''s for sale';\n"
                  "CREATE INDEX ix_code_created ON item (code, created DESC);\n"
                  "CREATE INDEX ix_item_note ON item (note(20)) USING btree;\n"
                  "CREATE INDEX ix_item_owner_id ON item (owner_id);\n" PART_TABLE);
    ASSERT_CREATE(shop, "postgresql",
                  "CREATE TYPE item_mood AS ENUM ('sad', 'it''s');\n"
                  "CREATE SEQUENCE item_numbers INCREMENT BY 5 START WITH 100;\n"
                  "\nCREATE TABLE owner (\n"
                  "\tid SERIAL NOT NULL, \n"
                  "\tname VARCHAR(30), \n"
                  "\tPRIMARY KEY (id)\n"
                  ");\n"
                  "COMMENT ON COLUMN owner.name IS E'it''s the \\\\ name';\n"
                  "\nCREATE TABLE item (\n"
                  "\tid BIGINT DEFAULT nextval('item_numbers') NOT NULL, \n"
                  "\tcode VARCHAR(8) COLLATE \"C\" NOT NULL, \n"
                  "\towner_id INTEGER NOT NULL, \n"
                  "\twidth INTEGER NOT NULL CHECK (width > 0), \n"
                  "\theight INTEGER NOT NULL CONSTRAINT tall CHECK (height > 0), \n"
                  "\tarea INTEGER GENERATED ALWAYS AS (width * height) STORED NOT NULL, \n"
                  "\tmood item_mood DEFAULT 'sad' NOT NULL, \n"
                  "\tnote TEXT, \n"
                  "\tdata JSONB, \n"
                  "\tcreated TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL, \n"
                  "\tPRIMARY KEY (id), \n"
                  "\tCONSTRAINT shape CHECK (width < height), \n"
                  "\tCONSTRAINT uq_code UNIQUE (code, owner_id), \n"
                  "\tUNIQUE (width, height), \n"
                  "\tCONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE "
                  "CASCADE\n"
                  ")\n"
                  " WITH (fillfactor = 70);\n"
                  "CREATE INDEX ix_code_created ON item (code, created DESC);\n"
                  "CREATE INDEX ix_item_note ON item USING btree (note) INCLUDE (width) WITH "
                  "(fillfactor = 50) WHERE width > 3;\n"
                  "CREATE INDEX ix_item_owner_id ON item (owner_id);\n"
                  "COMMENT ON TABLE item IS 'all that''s for sale';\n" PART_TABLE);
}

static void a_shop_is_dropped_with_what_it_needed(void **state)
{
    (void)state;
    ASSERT_DROP(shop, "sqlite",
                "\nDROP TABLE part;\n"
                "\nDROP TABLE item;\n"
                "\nDROP TABLE owner;\n");
    ASSERT_DROP(shop, "mariadb",
                "\nDROP TABLE part;\n"
                "\nDROP TABLE item;\n"
                "\nDROP TABLE owner;\n"
                "DROP SEQUENCE item_numbers;\n");
    ASSERT_DROP(shop, "postgresql",
                "\nDROP TABLE part;\n"
                "\nDROP TABLE item;\n"
                "\nDROP TABLE owner;\n"
                "DROP SEQUENCE item_numbers;\n"
                "DROP TYPE item_mood;\n");
    ASSERT_DROP(shop, "postgresql",
                "\nDROP TABLE IF EXISTS part;\n"
                "\nDROP TABLE IF EXISTS item;\n"
                "\nDROP TABLE IF EXISTS owner;\n"
                "DROP SEQUENCE IF EXISTS item_numbers;\n"
                "DROP TYPE IF EXISTS item_mood;\n",
                .if_exists = true);
    ASSERT_DROP(shop, "postgresql", "\nDROP TABLE part;\n", .only = CN_MODEL_LIST(&part));
}

static void a_part_of_the_tables_and_no_look_at_what_exists(void **state)
{
    (void)state;
    ASSERT_CREATE(shop, "postgresql",
                  "\nCREATE TABLE IF NOT EXISTS owner (\n"
                  "\tid SERIAL NOT NULL, \n"
                  "\tname VARCHAR(30), \n"
                  "\tPRIMARY KEY (id)\n"
                  ");\n"
                  "COMMENT ON COLUMN owner.name IS E'it''s the \\\\ name';\n",
                  .if_exists = true, .only = CN_MODEL_LIST(&Owner_model));
    ASSERT_REFUSED(shop, "sqlite", "the metadata does not list zoo", .only = CN_MODEL_LIST(&zoo));
}

static void foreign_keys_stay_in_the_model_by_one_switch(void **state)
{
    (void)state;
    ASSERT_CREATE(shop, "mysql",
                  "\nCREATE TABLE part (\n"
                  "\titem_id BIGINT NOT NULL, \n"
                  "\tnumber SMALLINT NOT NULL, \n"
                  "\tparent_item BIGINT, \n"
                  "\tparent_number SMALLINT, \n"
                  "\tCONSTRAINT pk_part PRIMARY KEY (number, item_id)\n"
                  ");\n",
                  .no_foreign_keys = true, .only = CN_MODEL_LIST(&part));
}

/* ---- naming conventions ---------------------------------------------------------------------- */

CN_TABLE(parent, "parent")
{
    CN_TABLE_COLUMN(a, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(b, CN_INTEGER, .primary_key = true);
}

CN_TABLE(child, "child")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(code, CN_STRING(5), .unique = true);
    CN_TABLE_COLUMN(n, CN_INTEGER, .check = "n > 0", .check_name = "positive", .index = true);
    CN_TABLE_COLUMN(pa, CN_INTEGER);
    CN_TABLE_COLUMN(pb, CN_INTEGER);
    CN_CHECK("n < 9", .name = "small");
    CN_UNIQUE(n, code);
    CN_UNIQUE_WITH((pa), .name = "mine");
    CN_FOREIGN_KEY((pa, pb), "parent", (a, b));
    CN_INDEX((pa, pb));
}

CN_METADATA_WITH(conventional, CN_MODEL_LIST(&parent, &child),
                 .naming = {.ix = "ix_%(column_0_label)s",
                            .uq = "uq_%(table_name)s_%(column_0_N_name)s",
                            .ck = "ck_%(table_name)s_%(constraint_name)s",
                            .fk = "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                            .pk = "pk_%(table_name)s"});

static void a_naming_convention_names_what_has_no_name(void **state)
{
    (void)state;
    ASSERT_CREATE(conventional, "postgresql",
                  "\nCREATE TABLE parent (\n"
                  "\ta INTEGER NOT NULL, \n"
                  "\tb INTEGER NOT NULL, \n"
                  "\tCONSTRAINT pk_parent PRIMARY KEY (a, b)\n"
                  ");\n"
                  "\nCREATE TABLE child (\n"
                  "\tid SERIAL NOT NULL, \n"
                  "\tcode VARCHAR(5), \n"
                  "\tn INTEGER CONSTRAINT ck_child_positive CHECK (n > 0), \n"
                  "\tpa INTEGER, \n"
                  "\tpb INTEGER, \n"
                  "\tCONSTRAINT pk_child PRIMARY KEY (id), \n"
                  "\tCONSTRAINT ck_child_small CHECK (n < 9), \n"
                  "\tCONSTRAINT uq_child_n_code UNIQUE (n, code), \n"
                  "\tCONSTRAINT mine UNIQUE (pa), \n"
                  "\tCONSTRAINT fk_child_pa_parent FOREIGN KEY(pa, pb) REFERENCES parent (a, b), \n"
                  "\tCONSTRAINT uq_child_code UNIQUE (code)\n"
                  ");\n"
                  "CREATE INDEX ix_child_pa ON child (pa, pb);\n"
                  "CREATE INDEX ix_child_n ON child (n);\n");
    ASSERT_CREATE(conventional, "mariadb",
                  "\nCREATE TABLE child (\n"
                  "\tid INTEGER NOT NULL AUTO_INCREMENT, \n"
                  "\tcode VARCHAR(5), \n"
                  "\tn INTEGER, \n"
                  "\tpa INTEGER, \n"
                  "\tpb INTEGER, \n"
                  "\tCONSTRAINT pk_child PRIMARY KEY (id), \n"
                  "\tCONSTRAINT ck_child_small CHECK (n < 9), \n"
                  "\tCONSTRAINT uq_child_n_code UNIQUE (n, code), \n"
                  "\tCONSTRAINT mine UNIQUE (pa), \n"
                  "\tCONSTRAINT fk_child_pa_parent FOREIGN KEY(pa, pb) REFERENCES parent (a, b), \n"
                  "\tCONSTRAINT uq_child_code UNIQUE (code), \n"
                  "\tCONSTRAINT ck_child_positive CHECK (n > 0)\n"
                  ");\n"
                  "CREATE INDEX ix_child_pa ON child (pa, pb);\n"
                  "CREATE INDEX ix_child_n ON child (n);\n",
                  .only = CN_MODEL_LIST(&child));
}

CN_METADATA_WITH(every_token, CN_MODEL_LIST(&parent, &child),
                 .naming = {.ix = "%(column_0N_name)s-%(column_0N_label)s-%(column_0_N_label)s-",
                            .uq = "%(column_0_key)s",
                            .fk = "%(column_1_label)s %(referred_column_0_name)s "
                                  "%(referred_column_0_N_label)s"});

static void every_token_stands_for_its_part(void **state)
{
    (void)state;
    ASSERT_CREATE(every_token, "postgresql",
                  "\nCREATE TABLE child (\n"
                  "\tid SERIAL NOT NULL, \n"
                  "\tcode VARCHAR(5), \n"
                  "\tn INTEGER CONSTRAINT positive CHECK (n > 0), \n"
                  "\tpa INTEGER, \n"
                  "\tpb INTEGER, \n"
                  "\tPRIMARY KEY (id), \n"
                  "\tCONSTRAINT small CHECK (n < 9), \n"
                  "\tCONSTRAINT n UNIQUE (n, code), \n"
                  "\tCONSTRAINT mine UNIQUE (pa), \n"
                  "\tCONSTRAINT \"child_pb a parent_a_parent_b\" FOREIGN KEY(pa, pb) REFERENCES "
                  "parent (a, b), \n"
                  "\tCONSTRAINT code UNIQUE (code)\n"
                  ");\n"
                  "CREATE INDEX \"papb-child_pachild_pb-child_pa_child_pb-\" ON child (pa, pb);\n"
                  "CREATE INDEX \"n-child_n-child_n-\" ON child (n);\n",
                  .only = CN_MODEL_LIST(&child));
}

CN_TABLE(broad, "broad")
{
    CN_TABLE_COLUMN(a, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(b, CN_INTEGER);
    CN_TABLE_COLUMN(c, CN_INTEGER);
    CN_TABLE_COLUMN(d, CN_INTEGER);
    CN_TABLE_COLUMN(e, CN_INTEGER);
    CN_TABLE_COLUMN(f, CN_INTEGER);
    CN_TABLE_COLUMN(g, CN_INTEGER);
    CN_TABLE_COLUMN(h, CN_INTEGER);
    CN_TABLE_COLUMN(i, CN_INTEGER);
    CN_TABLE_COLUMN(j, CN_INTEGER);
    CN_INDEX((a, b, c, d, e, f, g, h, i, j));
    CN_INDEX((a, b, c, d, e, f, g, h, j, i));
}
CN_METADATA_WITH(broad_ones, CN_MODEL_LIST(&broad), .naming = {.ix = "ix_%(column_0N_name)s"});

static void the_name_of_an_index_is_of_all_its_columns(void **state)
{
    (void)state;
    char *sql = cn_create_all_sql(&broad_ones, "sqlite");
    assert_non_null(strstr(sql, "CREATE INDEX ix_abcdefghij ON"));
    assert_non_null(strstr(sql, "CREATE INDEX ix_abcdefghji ON"));
    cn_text_free(sql);
}

CN_METADATA_WITH(no_such_token, CN_MODEL_LIST(&parent), .naming = {.pk = "pk_%(tabel)s"});
CN_METADATA_WITH(too_many_columns, CN_MODEL_LIST(&parent),
                 .naming = {.pk = "pk_%(column_2_name)s"});
CN_METADATA_WITH(no_reference, CN_MODEL_LIST(&parent), .naming = {.pk = "%(referred_table_name)s"});
CN_TABLE(nameless, "nameless")
{
    CN_TABLE_COLUMN(a, CN_INTEGER, .check = "a > 0");
}
CN_METADATA_WITH(nameless_check, CN_MODEL_LIST(&nameless), .naming = {.ck = "%(constraint_name)s"});

static void a_convention_that_cannot_be_followed_is_an_error(void **state)
{
    (void)state;
    ASSERT_REFUSED(no_such_token, "sqlite",
                   "parent: the naming convention of a primary key has %(tabel)s: there is no "
                   "such token");
    ASSERT_REFUSED(too_many_columns, "sqlite",
                   "parent: the naming convention of a primary key has %(column_2_name)s: it has "
                   "no such column; give it a name");
    ASSERT_REFUSED(no_reference, "sqlite",
                   "parent: the naming convention of a primary key has %(referred_table_name)s: "
                   "it refers to no other table");
    ASSERT_REFUSED(nameless_check, "sqlite",
                   "nameless: the naming convention of a check constraint has "
                   "%(constraint_name)s: it has no name");
}

/* ---- foreign keys ---------------------------------------------------------------------------- */

CN_TABLE(hen, "hen")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(egg_id, CN_INTEGER, .foreign_key = "egg.id", .foreign_key_name = "fk_egg");
    CN_TABLE_COLUMN(coop_id, CN_INTEGER, .foreign_key = "coop.id", .use_alter = true);
}

CN_TABLE(egg, "egg")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(hen_id, CN_INTEGER, .foreign_key = "hen.id", .initially = "deferred",
                    .deferrable = CN_YES);
}

CN_TABLE(coop, "coop")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
}

CN_METADATA(farm, &hen, &egg, &coop);

static void cycles_are_closed_and_opened_by_alter(void **state)
{
    (void)state;
    ASSERT_CREATE(farm, "postgresql",
                  "\nCREATE TABLE coop (\n"
                  "\tid SERIAL NOT NULL, \n"
                  "\tPRIMARY KEY (id)\n"
                  ");\n"
                  "\nCREATE TABLE hen (\n"
                  "\tid SERIAL NOT NULL, \n"
                  "\tegg_id INTEGER, \n"
                  "\tcoop_id INTEGER, \n"
                  "\tPRIMARY KEY (id)\n"
                  ");\n"
                  "\nCREATE TABLE egg (\n"
                  "\tid SERIAL NOT NULL, \n"
                  "\then_id INTEGER, \n"
                  "\tPRIMARY KEY (id), \n"
                  "\tFOREIGN KEY(hen_id) REFERENCES hen (id) DEFERRABLE INITIALLY DEFERRED\n"
                  ");\n"
                  "ALTER TABLE hen ADD CONSTRAINT fk_egg FOREIGN KEY(egg_id) REFERENCES egg "
                  "(id);\n"
                  "ALTER TABLE hen ADD CONSTRAINT fk_hen_coop_id FOREIGN KEY(coop_id) REFERENCES "
                  "coop (id);\n");
    ASSERT_DROP(farm, "postgresql",
                "ALTER TABLE hen DROP CONSTRAINT fk_egg;\n"
                "\nDROP TABLE egg;\n"
                "\nDROP TABLE hen;\n"
                "\nDROP TABLE coop;\n");
    ASSERT_CREATE(farm, "sqlite",
                  "\nCREATE TABLE coop (\n"
                  "\tid INTEGER NOT NULL, \n"
                  "\tPRIMARY KEY (id)\n"
                  ");\n"
                  "\nCREATE TABLE hen (\n"
                  "\tid INTEGER NOT NULL, \n"
                  "\tegg_id INTEGER, \n"
                  "\tcoop_id INTEGER, \n"
                  "\tPRIMARY KEY (id), \n"
                  "\tCONSTRAINT fk_egg FOREIGN KEY(egg_id) REFERENCES egg (id), \n"
                  "\tFOREIGN KEY(coop_id) REFERENCES coop (id)\n"
                  ");\n"
                  "\nCREATE TABLE egg (\n"
                  "\tid INTEGER NOT NULL, \n"
                  "\then_id INTEGER, \n"
                  "\tPRIMARY KEY (id), \n"
                  "\tFOREIGN KEY(hen_id) REFERENCES hen (id) DEFERRABLE INITIALLY DEFERRED\n"
                  ");\n");
    ASSERT_DROP(farm, "sqlite",
                "PRAGMA defer_foreign_keys = ON;\n"
                "\nDROP TABLE egg;\n"
                "\nDROP TABLE hen;\n"
                "\nDROP TABLE coop;\n");
}

CN_TABLE(keyed, "keyed")
{
    CN_TABLE_COLUMN(a, CN_INTEGER);
    CN_TABLE_COLUMN(b, CN_INTEGER, .foreign_key = "s.other.x", .match = "simple");
    CN_FOREIGN_KEY((a, b), "other", (x, y), .match = "full", .on_delete = "cascade",
                   .on_update = "set null", .deferrable = CN_NO, .initially = "immediate",
                   .not_valid = true);
}
CN_METADATA(keys, &keyed);

CN_TABLE(simply, "simply")
{
    CN_TABLE_COLUMN(a, CN_INTEGER, .foreign_key = "other.x", .match = "simple");
}
CN_METADATA(simple, &simply);

CN_TABLE(waiting, "waiting")
{
    CN_TABLE_COLUMN(a, CN_INTEGER, .foreign_key = "other.x", .deferrable = CN_YES);
}
CN_METADATA(waits, &waiting);

static void a_foreign_key_says_all_that_it_can(void **state)
{
    (void)state;
    ASSERT_CREATE(keys, "postgresql",
                  "\nCREATE TABLE keyed (\n"
                  "\ta INTEGER, \n"
                  "\tb INTEGER, \n"
                  "\tFOREIGN KEY(a, b) REFERENCES other (x, y) MATCH FULL ON DELETE CASCADE ON "
                  "UPDATE SET NULL NOT DEFERRABLE INITIALLY IMMEDIATE NOT VALID, \n"
                  "\tFOREIGN KEY(b) REFERENCES s.other (x) MATCH SIMPLE\n"
                  ");\n");
    ASSERT_REFUSED(keys, "sqlite",
                   "keyed: a foreign key that says MATCH has no form on SQLite 3.40.0",
                   .version = 34000);
    static const char *const others[] = {"sqlite", "mysql", "mariadb"};
    for (size_t i = 0; i < 3; i++) /* which do just that */
        ASSERT_CREATE(simple, others[i],
                      "\nCREATE TABLE simply (\n"
                      "\ta INTEGER, \n"
                      "\tFOREIGN KEY(a) REFERENCES other (x)\n"
                      ");\n");
    ASSERT_REFUSED(waits, "mysql", "waiting: a deferrable foreign key has no form on MySQL 8.0.36",
                   .version = 80036);
    ASSERT_CREATE(waits, "sqlite",
                  "\nCREATE TABLE waiting (\n"
                  "\ta INTEGER, \n"
                  "\tFOREIGN KEY(a) REFERENCES other (x) DEFERRABLE\n"
                  ");\n");
}

/* ---- unique constraints and indexes ---------------------------------------------------------- */

CN_TABLE(once, "once")
{
    CN_TABLE_COLUMN(a, CN_INTEGER);
    CN_UNIQUE_WITH((a), .name = "u", .deferrable = CN_NO, .initially = "immediate",
                   .nulls_not_distinct = true);
}
CN_METADATA(uniques, &once);

CN_TABLE(replaced, "replaced")
{
    CN_TABLE_COLUMN(a, CN_INTEGER);
    CN_UNIQUE_WITH((a), .on_conflict = "replace");
}
CN_METADATA(conflicts, &replaced);

static void a_unique_constraint_says_all_that_it_can(void **state)
{
    (void)state;
    ASSERT_CREATE(uniques, "postgresql",
                  "\nCREATE TABLE once (\n"
                  "\ta INTEGER, \n"
                  "\tCONSTRAINT u UNIQUE NULLS NOT DISTINCT (a) NOT DEFERRABLE INITIALLY "
                  "IMMEDIATE\n"
                  ");\n");
    ASSERT_REFUSED(uniques, "postgresql",
                   "once: NULLS NOT DISTINCT has no form on PostgreSQL 14.0.0", .version = 140000);
    ASSERT_REFUSED(uniques, "sqlite", "once: a deferrable unique constraint has no form on SQLite");
    ASSERT_CREATE(conflicts, "sqlite",
                  "\nCREATE TABLE replaced (\n"
                  "\ta INTEGER, \n"
                  "\tUNIQUE (a) ON CONFLICT REPLACE\n"
                  ");\n");
    ASSERT_REFUSED(conflicts, "postgresql",
                   "replaced: a unique constraint with ON CONFLICT has no form on PostgreSQL");
}

CN_TABLE(indexed, "s.indexed")
{
    CN_TABLE_COLUMN(a, CN_INTEGER);
    CN_TABLE_COLUMN(b, CN_TEXT);
    CN_INDEX((a desc nulls last, b asc), .name = "ix_order");
    CN_INDEX((b), .name = "ix_ops", .unique = true, .op_class = "text_pattern_ops",
             .nulls_not_distinct = true, .tablespace = "fast", .comment = "it's fast",
             .include = CN_MEMBERS(a), .where = "a IS NOT NULL");
}
CN_METADATA(indexes, &indexed);

CN_TABLE(searched, "searched")
{
    CN_TABLE_COLUMN(a, CN_INTEGER);
    CN_TABLE_COLUMN(b, CN_TEXT);
    CN_INDEX((lower(b), a + 1, b(7) desc), .name = "ix_lower");
    CN_INDEX((b), .name = "ft", .kind = "FULLTEXT", .parser = "ngram", .comment = "words");
    CN_INDEX((a), .method = "HASH", .where = "a > 1");
}
CN_METADATA(search, &searched);

CN_TABLE(some_once, "some_once")
{
    CN_TABLE_COLUMN(a, CN_INTEGER);
    CN_INDEX((a), .unique = true, .where = "a > 1");
}
CN_METADATA(partial, &some_once);

static void an_index_says_all_that_it_can(void **state)
{
    (void)state;
    ASSERT_CREATE(indexes, "postgresql",
                  "\nCREATE TABLE s.indexed (\n"
                  "\ta INTEGER, \n"
                  "\tb TEXT\n"
                  ");\n"
                  "CREATE INDEX ix_order ON s.indexed (a DESC NULLS LAST, b);\n"
                  "CREATE UNIQUE INDEX ix_ops ON s.indexed (b text_pattern_ops) INCLUDE (a) "
                  "NULLS NOT DISTINCT TABLESPACE fast WHERE a IS NOT NULL;\n"
                  "COMMENT ON INDEX s.ix_ops IS 'it''s fast';\n");
    ASSERT_CREATE(search, "mysql",
                  "\nCREATE TABLE searched (\n"
                  "\ta INTEGER, \n"
                  "\tb TEXT\n"
                  ");\n"
                  "CREATE INDEX ix_lower ON searched ((lower(b)), (a + 1), b(7) DESC);\n"
                  "CREATE FULLTEXT INDEX ft ON searched (b) WITH PARSER ngram COMMENT 'words';\n"
                  "CREATE INDEX ix_searched_a ON searched (a) USING HASH;\n");
    ASSERT_CREATE(search, "sqlite",
                  "\nCREATE TABLE IF NOT EXISTS searched (\n"
                  "\ta INTEGER, \n"
                  "\tb TEXT\n"
                  ");\n"
                  "CREATE INDEX IF NOT EXISTS ix_lower ON searched (lower(b), a + 1, b DESC);\n"
                  "CREATE INDEX IF NOT EXISTS ft ON searched (b);\n"
                  "CREATE INDEX IF NOT EXISTS ix_searched_a ON searched (a) WHERE a > 1;\n",
                  .if_exists = true);
    ASSERT_CREATE(partial, "sqlite",
                  "\nCREATE TABLE some_once (\n"
                  "\ta INTEGER\n"
                  ");\n"
                  "CREATE UNIQUE INDEX ix_some_once_a ON some_once (a) WHERE a > 1;\n");
}

static void an_index_that_would_let_other_rows_in_is_refused(void **state)
{
    (void)state;
    ASSERT_REFUSED(indexes, "mysql",
                   "indexed: an index that says NULLS FIRST or LAST has no form on MySQL");
    ASSERT_REFUSED(search, "mariadb",
                   "searched: an index on an expression has no form on MariaDB 10.11.18",
                   .version = 101118);
    ASSERT_REFUSED(search, "mysql",
                   "searched: an index on an expression has no form on MySQL 8.0.12",
                   .version = 80012);
    ASSERT_REFUSED(partial, "mysql",
                   "some_once: a unique index over a part of the rows has no form on MySQL");
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void want_of_memory_gives_no_text(void **state)
{
    (void)state;
    static const char *const dialects[] = {"sqlite", "mysql", "mariadb", "postgresql"};
    ASSERT_DROP(shop, "sqlite",
                "\nDROP TABLE part;\n"
                "\nDROP TABLE item;\n"
                "\nDROP TABLE owner;\n"); /* what is resolved stays, and is not counted */
    for (size_t which = 0; which < 4; which++) {
        bool failed = true;
        for (size_t n = 1; failed; n++) {
            failing_begin(n, false);
            char *create = cn_create_all_sql(&shop, dialects[which]);
            char *drop   = cn_drop_all_sql(&shop, dialects[which]);
            bool  done   = create != NULL && drop != NULL;
            cn_text_free(create);
            cn_text_free(drop);
            failed = failing_end();
            assert_int_equal(done, !failed);
            assert_int_equal(failing.alive, 0);
            assert_true(n < 3000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shop_is_created_in_the_words_of_each_database),
        cmocka_unit_test(a_shop_is_dropped_with_what_it_needed),
        cmocka_unit_test(a_part_of_the_tables_and_no_look_at_what_exists),
        cmocka_unit_test(foreign_keys_stay_in_the_model_by_one_switch),
        cmocka_unit_test(a_naming_convention_names_what_has_no_name),
        cmocka_unit_test(every_token_stands_for_its_part),
        cmocka_unit_test(the_name_of_an_index_is_of_all_its_columns),
        cmocka_unit_test(a_convention_that_cannot_be_followed_is_an_error),
        cmocka_unit_test(cycles_are_closed_and_opened_by_alter),
        cmocka_unit_test(a_foreign_key_says_all_that_it_can),
        cmocka_unit_test(a_unique_constraint_says_all_that_it_can),
        cmocka_unit_test(an_index_says_all_that_it_can),
        cmocka_unit_test(an_index_that_would_let_other_rows_in_is_refused),
        cmocka_unit_test(want_of_memory_gives_no_text),
    };
    return cmocka_run_group_tests_name("show", tests, NULL, NULL);
}
