/*
 * driver/mysql_options.c: the options of a MySQL URL, in the spellings of the Python drivers, and
 * how they reach the client library. mysql.c calls this when it opens. It must never know a
 * statement.
 *
 * TLS, as measured on MariaDB Connector/C 3.3: MYSQL_OPT_SSL_ENFORCE and mysql_ssl_set go on in
 * plaintext if the server offers none; only MYSQL_OPT_SSL_VERIFY_SERVER_CERT refuses (for the
 * weaker modes, mysql_login.c does). It checks certificate and host name, which may be an address,
 * against the system's authorities if none is given. Without it, the certificate alone is
 * checked if an authority is given, and nothing otherwise.
 */
#define _POSIX_C_SOURCE 200809L
#include "driver/mysql.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/number.h"

typedef enum option_kind { OPTION_TEXT, OPTION_CHOICE, OPTION_SECONDS, OPTION_IGNORED } option_kind;

typedef struct option {
    const char *name;
    option_kind kind;
    size_t      offset; /* in cn_mysql_settings */
} option;

#define SETTING(member) offsetof(cn_mysql_settings, member)

/* Ignored are those that only choose how a Python driver does its work. */
#define OPTIONS(X)                                                                                 \
    X("allow_local_infile", OPTION_CHOICE, SETTING(local_infile))                                  \
    X("auth_plugin", OPTION_TEXT, SETTING(auth_plugin))                                            \
    X("autocommit", OPTION_CHOICE, SETTING(autocommit))                                            \
    X("binary_prefix", OPTION_IGNORED, 0)                                                          \
    X("buffered", OPTION_IGNORED, 0)                                                               \
    X("charset", OPTION_TEXT, SETTING(charset))                                                    \
    X("compress", OPTION_CHOICE, SETTING(compress))                                                \
    X("connect_timeout", OPTION_SECONDS, SETTING(connect_timeout))                                 \
    X("connection_timeout", OPTION_SECONDS, SETTING(connect_timeout))                              \
    X("consume_results", OPTION_IGNORED, 0)                                                        \
    X("enable_cleartext_plugin", OPTION_CHOICE, SETTING(clear_password))                           \
    X("get_server_public_key", OPTION_CHOICE, SETTING(get_server_public_key))                      \
    X("init_command", OPTION_TEXT, SETTING(init_command))                                          \
    X("local_infile", OPTION_CHOICE, SETTING(local_infile))                                        \
    X("program_name", OPTION_TEXT, SETTING(program_name))                                          \
    X("read_timeout", OPTION_SECONDS, SETTING(read_timeout))                                       \
    X("server_public_key_path", OPTION_TEXT, SETTING(server_public_key))                           \
    X("sql_mode", OPTION_TEXT, SETTING(sql_mode))                                                  \
    X("ssl", OPTION_CHOICE, SETTING(ssl))                                                          \
    X("ssl_ca", OPTION_TEXT, SETTING(ssl_ca))                                                      \
    X("ssl_capath", OPTION_TEXT, SETTING(ssl_capath))                                              \
    X("ssl_cert", OPTION_TEXT, SETTING(ssl_cert))                                                  \
    X("ssl_check_hostname", OPTION_CHOICE, SETTING(ssl_verify_identity))                           \
    X("ssl_cipher", OPTION_TEXT, SETTING(ssl_cipher))                                              \
    X("ssl_disabled", OPTION_CHOICE, SETTING(ssl_disabled))                                        \
    X("ssl_key", OPTION_TEXT, SETTING(ssl_key))                                                    \
    X("ssl_mode", OPTION_TEXT, SETTING(ssl_mode))                                                  \
    X("ssl_verify_cert", OPTION_CHOICE, SETTING(ssl_verify_cert))                                  \
    X("ssl_verify_identity", OPTION_CHOICE, SETTING(ssl_verify_identity))                          \
    X("unix_socket", OPTION_TEXT, SETTING(unix_socket))                                            \
    X("use_pure", OPTION_IGNORED, 0)                                                               \
    X("use_unicode", OPTION_IGNORED, 0)                                                            \
    X("write_timeout", OPTION_SECONDS, SETTING(write_timeout))

#define OPTION_ROW(name, kind, offset) {name, kind, offset},
#define OPTION_NAME(name, kind, offset) name,
static const option options[]               = {OPTIONS(OPTION_ROW)};
const char *const   cn_mysql_option_names[] = {OPTIONS(OPTION_NAME) NULL};

/* ---- reading --------------------------------------------------------------------------------- */

static bool read_choice(const char *text, cn_mysql_choice *choice)
{
    static const char *const words[] = {"0", "1", "false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *choice = i % 2 == 1 ? CN_YES : CN_NO;
            return true;
        }
    }
    return false;
}

static bool read_seconds(const char *text, unsigned *seconds)
{
    uint64_t number;
    if (!cn_number_parse_uint(text, strlen(text), &number) || number > 1000000)
        return false;
    *seconds = (unsigned)number;
    return true;
}

static bool refuse_option(const char *name, cn_error *error)
{
    cn_error_set(error, CN_CAUSE_URL, "the mysql driver has no option \"%s\"; it has", name);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        cn_error_append(error, "%s %s", i == 0 ? "" : ",", options[i].name);
    return false;
}

static bool read_option(const cn_url_option *given, cn_mysql_settings *settings, cn_error *error)
{
    const option *found = NULL;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (strcmp(options[i].name, given->name) == 0)
            found = &options[i];
    }
    if (found == NULL)
        return refuse_option(given->name, error);
    char       *place = (char *)settings + found->offset;
    const char *value = given->value != NULL ? given->value : "";
    switch (found->kind) {
    case OPTION_TEXT:
        *(const char **)(void *)place = value;
        return true;
    case OPTION_CHOICE:
        if (read_choice(value, (cn_mysql_choice *)(void *)place))
            return true;
        return cn_error_set(error, CN_CAUSE_URL,
                            "the option \"%s\" must be true or false, not \"%s\"", given->name,
                            value);
    case OPTION_SECONDS:
        if (read_seconds(value, (unsigned *)(void *)place))
            return true;
        return cn_error_set(error, CN_CAUSE_URL,
                            "the option \"%s\" must be a whole number of seconds, not \"%s\"",
                            given->name, value);
    case OPTION_IGNORED:
        break;
    }
    return true;
}

static bool read_ssl_mode(const char *text, cn_mysql_tls *tls)
{
    static const struct {
        const char  *name;
        cn_mysql_tls tls;
    } modes[] = {{"DISABLED", CN_TLS_OFF},
                 {"PREFERRED", CN_TLS_PREFERRED},
                 {"REQUIRED", CN_TLS_REQUIRED},
                 {"VERIFY_CA", CN_TLS_CHAIN},
                 {"VERIFY_IDENTITY", CN_TLS_VERIFIED}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcasecmp(text, modes[i].name) == 0) {
            *tls = modes[i].tls;
            return true;
        }
    }
    return false;
}

/* Verified unless the host is local or an option says otherwise; what asks for more wins over
   what asks for less. */
static bool decide_tls(cn_mysql_settings *settings, bool local, cn_error *error)
{
    bool verify = settings->ssl_verify_cert == CN_YES || settings->ssl_verify_identity == CN_YES;
    bool asked  = verify || settings->ssl == CN_YES || settings->ssl_disabled == CN_NO ||
                 settings->ssl_verify_cert == CN_NO || settings->ssl_ca != NULL ||
                 settings->ssl_capath != NULL || settings->ssl_cert != NULL ||
                 settings->ssl_key != NULL || settings->ssl_cipher != NULL;
    if (settings->ssl == CN_NO || settings->ssl_disabled == CN_YES) {
        settings->tls = CN_TLS_OFF;
        return true;
    }
    settings->tls = asked || !local ? CN_TLS_VERIFIED : CN_TLS_OFF;
    if (settings->ssl_mode != NULL && !read_ssl_mode(settings->ssl_mode, &settings->tls))
        return cn_error_set(error, CN_CAUSE_URL,
                            "the option \"ssl_mode\" must be DISABLED, PREFERRED, REQUIRED, "
                            "VERIFY_CA or VERIFY_IDENTITY, not \"%s\"",
                            settings->ssl_mode);
    if (settings->tls == CN_TLS_VERIFIED && settings->ssl_mode == NULL) {
        if (settings->ssl_verify_cert == CN_NO)
            settings->tls = CN_TLS_REQUIRED;
        else if (settings->ssl_verify_identity == CN_NO)
            settings->tls = CN_TLS_CHAIN;
    }
    if (settings->ssl_verify_identity == CN_YES)
        settings->tls = CN_TLS_VERIFIED;
    if (settings->ssl_verify_cert == CN_YES && settings->tls < CN_TLS_CHAIN)
        settings->tls = CN_TLS_CHAIN;
    /* The chain alone can only be checked against an authority that is given. */
    bool authority = settings->ssl_ca != NULL || settings->ssl_capath != NULL;
    if (settings->tls == CN_TLS_CHAIN && !authority)
        settings->tls = CN_TLS_VERIFIED;
    return true;
}

/* What the URL says goes before the engine's option, which may be a default. */
static unsigned seconds_of(unsigned milliseconds, unsigned seconds)
{
    return seconds != 0 ? seconds : milliseconds / 1000 + (milliseconds % 1000 != 0);
}

/* The library says of a file that is not there only that the certificate is not trusted. */
static bool check_files(const cn_mysql_settings *settings, cn_error *error)
{
    const struct {
        const char *option;
        const char *path;
    } files[] = {{"ssl_ca", settings->ssl_ca},
                 {"ssl_capath", settings->ssl_capath},
                 {"ssl_cert", settings->ssl_cert},
                 {"ssl_key", settings->ssl_key}};
    for (size_t i = 0; settings->tls != CN_TLS_OFF && i < sizeof files / sizeof *files; i++) {
        if (files[i].path != NULL && access(files[i].path, R_OK) != 0)
            return cn_error_set(error, CN_CAUSE_TLS,
                                "the option \"%s\" names the file \"%s\", which cannot be read: "
                                "correct its name, or let this program read it",
                                files[i].option, files[i].path);
    }
    return true;
}

bool cn_mysql_settings_read(const cn_link_parameters *parameters, cn_mysql_settings *settings,
                            cn_error *error)
{
    *settings = (cn_mysql_settings){.tls = CN_TLS_OFF};
    for (size_t i = 0; i < parameters->option_count; i++) {
        if (!read_option(&parameters->options[i], settings, error))
            return false;
    }
    if (!decide_tls(settings, parameters->host_is_local, error) || !check_files(settings, error))
        return false;
    const char *charset = settings->charset;
    if (charset != NULL && strcasecmp(charset, "utf8mb4") != 0 && strcasecmp(charset, "utf8") != 0)
        return cn_error_set(error, CN_CAUSE_URL,
                            "the option \"charset\" can only be utf8mb4, not \"%s\": text is "
                            "always UTF-8",
                            charset);
    if (settings->autocommit == CN_YES)
        return cn_error_set(error, CN_CAUSE_URL,
                            "the option \"autocommit\" of the URL can only be false: ask the "
                            "engine for autocommit");
    if (settings->clear_password == CN_YES && settings->tls != CN_TLS_VERIFIED)
        return cn_error_set(error, CN_CAUSE_URL,
                            "the option \"enable_cleartext_plugin\" needs verified TLS: add "
                            "ssl_mode=VERIFY_IDENTITY");
    if (parameters->host != NULL && strchr(parameters->host, ',') != NULL)
        return cn_error_set(error, CN_CAUSE_URL, "the host \"%s\" is more than one host",
                            parameters->host);
    if (parameters->local_infile)
        settings->local_infile = CN_YES;
    settings->connect_timeout = seconds_of(parameters->connect_timeout_ms,
                                           settings->connect_timeout);
    settings->read_timeout    = seconds_of(parameters->read_timeout_ms, settings->read_timeout);
    settings->write_timeout   = seconds_of(parameters->write_timeout_ms, settings->write_timeout);
    return true;
}

/* ---- applying -------------------------------------------------------------------------------- */

static bool set_text(MYSQL *mysql, enum mysql_option what, const char *text)
{
    return text == NULL || mysql_optionsv(mysql, what, (const void *)text) == 0;
}

static bool set_number(MYSQL *mysql, enum mysql_option what, unsigned number)
{
    return mysql_optionsv(mysql, what, &number) == 0;
}

static bool set_flag(MYSQL *mysql, enum mysql_option what, bool on)
{
    my_bool flag = on;
    return mysql_optionsv(mysql, what, &flag) == 0;
}

static bool apply_tls(MYSQL *mysql, const cn_mysql_settings *settings)
{
    if (settings->tls == CN_TLS_OFF)
        return true;
    return set_text(mysql, MYSQL_OPT_SSL_CA, settings->ssl_ca) &&
           set_text(mysql, MYSQL_OPT_SSL_CAPATH, settings->ssl_capath) &&
           set_text(mysql, MYSQL_OPT_SSL_CERT, settings->ssl_cert) &&
           set_text(mysql, MYSQL_OPT_SSL_KEY, settings->ssl_key) &&
           set_text(mysql, MYSQL_OPT_SSL_CIPHER, settings->ssl_cipher) &&
           set_flag(mysql, MYSQL_OPT_SSL_ENFORCE, true) &&
           set_flag(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, settings->tls == CN_TLS_VERIFIED);
}

bool cn_mysql_settings_apply(MYSQL *mysql, const cn_mysql_settings *settings)
{
    /* 2: only in answer to a LOAD DATA statement */
    unsigned local_infile = settings->local_infile == CN_YES ? 2 : 0;
    if (settings->compress == CN_YES && mysql_optionsv(mysql, MYSQL_OPT_COMPRESS, NULL) != 0)
        return false;
    if (settings->program_name != NULL &&
        mysql_optionsv(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, (const void *)"program_name",
                       (const void *)settings->program_name) != 0)
        return false;
    return set_text(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4") &&
           set_number(mysql, MYSQL_OPT_LOCAL_INFILE, local_infile) &&
           set_number(mysql, MYSQL_OPT_CONNECT_TIMEOUT, settings->connect_timeout) &&
           set_number(mysql, MYSQL_OPT_READ_TIMEOUT, settings->read_timeout) &&
           set_number(mysql, MYSQL_OPT_WRITE_TIMEOUT, settings->write_timeout) &&
           set_flag(mysql, MYSQL_OPT_RECONNECT, false) &&
           set_flag(mysql, MYSQL_REPORT_DATA_TRUNCATION, false) && apply_tls(mysql, settings) &&
           cn_mysql_login_apply(mysql, settings);
}
