/*
 * Raw SQL and nothing else: a table, named parameters, one set and many, rows by name and into a
 * struct, a list of values, and a duplicate that is expected.
 *
 *     raw_sql [URL]        any database; SQLite in memory if none is named
 */
#include <stdio.h>

#include <cinnabar/cinnabar.h>

/* A row of the table, for those who read rows into structs. */
typedef struct Reading {
    int         id;
    const char *station;
    double      celsius;
    CN_OPT(int) humidity; /* may be NULL */
} Reading;

static void fill(cn_connection *connection)
{
    cn_execute(connection, cn_text("DROP TABLE IF EXISTS reading"));
    cn_execute(connection, cn_text("CREATE TABLE reading ("
                                   "id INTEGER PRIMARY KEY, station VARCHAR(20) NOT NULL, "
                                   "celsius DOUBLE PRECISION NOT NULL, humidity INTEGER)"));
    cn_execute_many(connection,
                    cn_text("INSERT INTO reading (id, station, celsius, humidity) "
                            "VALUES (:id, :station, :celsius, :humidity)"),
                    CN_PARAMS("id", 1, "station", "harbour", "celsius", 4.5, "humidity", 81),
                    CN_PARAMS("id", 2, "station", "hill", "celsius", -1.25, "humidity", NULL),
                    CN_PARAMS("id", 3, "station", "airport", "celsius", 2.0, "humidity", 77));
    cn_commit(connection);
}

static void read_rows(cn_connection *connection)
{
    /* By name: a column that cannot be read as the type asked for is an error, never a zero. */
    cn_result *result = cn_execute(
        connection,
        cn_text("SELECT station, celsius FROM reading WHERE celsius > :least ORDER BY id"),
        CN_PARAMS("least", 0.0));
    while (cn_next(result))
        printf("%s: %.2f C\n", cn_get_text(result, "station"), cn_get_double(result, "celsius"));

    /* Into a struct, with its members checked by the compiler; a list expands after IN. */
    const int ids[] = {2, 3};
    Reading   row;
    result = cn_execute(connection, cn_text("SELECT * FROM reading WHERE id IN :ids ORDER BY id"),
                        CN_PARAMS("ids", cn_list(ids, 2)));
    while (cn_fetch(result, Reading, &row, id, station, celsius, humidity)) {
        if (row.humidity.set)
            printf("%s: %d %% humidity\n", row.station, row.humidity.value);
        else
            printf("%s: humidity unknown\n", row.station);
    }

    result = cn_execute(connection, cn_text("UPDATE reading SET celsius = celsius + 1"));
    printf("%lld rows warmed up\n", (long long)cn_row_count(result));
    cn_rollback(connection);
}

/* What is expected to fail is tried in a nested scope: the rest of the transaction stays well. */
static void insert_or_update(cn_connection *connection, int id, double celsius)
{
    cn_nested_begin(connection);
    cn_execute(
        connection,
        cn_text("INSERT INTO reading (id, station, celsius) VALUES (:id, 'unknown', :celsius)"),
        CN_PARAMS("id", id, "celsius", celsius));
    if (!cn_nested_end(connection) && cn_nested_cause(connection) == CN_CAUSE_UNIQUE) {
        printf("reading %d is there already\n", id);
        cn_execute(connection, cn_text("UPDATE reading SET celsius = :celsius WHERE id = :id"),
                   CN_PARAMS("id", id, "celsius", celsius));
    }
    cn_commit(connection);
}

int main(int argc, char **argv)
{
    cn_engine *engine = cn_create_engine(argc > 1 ? argv[1] : "sqlite://");
    bool       well   = false;

    CN_CONNECT(connection, engine) {
        fill(connection);
        read_rows(connection);
        insert_or_update(connection, 3, 9.5);
        cn_execute(connection, cn_text("DROP TABLE reading"));

        /* Whatever went wrong first is still here. */
        well = cn_commit(connection);
        if (!well)
            fprintf(stderr, "%s\n", cn_error_message(connection));
    }
    cn_engine_dispose(engine);
    return well ? 0 : 1;
}
