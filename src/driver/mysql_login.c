/*
 * driver/mysql_login.c: what a server may be told before it is known to be the right one.
 * mysql_options.c asks here, for each connection; mysql.c registers the methods once. It must
 * never know an option of a URL.
 *
 * Traps of MariaDB Connector/C 3.3, measured:
 *   - On a switch to mysql_clear_password or dialog it sends the password as it is.
 *   - With TLS asked for, but neither verified nor there, caching_sha2_password takes the
 *     connection for a safe one and sends the password as it is, in plaintext.
 *   - Without TLS, caching_sha2_password and sha256_password encrypt the password with any key that
 *     the server sends.
 *
 * So the server can only ask for methods from a list; and where TLS is asked for, but not
 * verified together with the host's name, which is the one case in which the library itself
 * refuses to go on in plaintext, the list has only a method of our own to begin with. It has
 * the first word in a login, sees whether the server offers TLS, allows the others, and leaves
 * the login itself to them: the server does not know it, and asks for another.
 */
#include "driver/mysql.h"

#include <errmsg.h>
#include <string.h>

#include <mysql/plugin_auth.h>

#define SAFE_METHODS                                                                               \
    "mysql_native_password,client_ed25519,caching_sha2_password,auth_gssapi_client,parsec,"        \
    "sha256_password"
#define SHOWING_METHODS ",mysql_clear_password,dialog"

#define TLS_FIRST "cinnabar_tls_first"
#define TLS_IF_THERE "cinnabar_tls_if_there"

/* What the library's own client_plugin.h declares; it cannot be included as it is installed. */
#define AUTHENTICATION_PLUGIN 2
#define AUTHENTICATION_INTERFACE 0x0100
typedef struct login_method {
    struct st_mysql_client_plugin head;
    int (*authenticate)(MYSQL_PLUGIN_VIO *peer, MYSQL *mysql);
} login_method;

/* Nothing was sent yet. Writing an empty answer begins TLS and sends the user's name after it. */
static int go_on(MYSQL_PLUGIN_VIO *peer, MYSQL *mysql)
{
    if (mysql_optionsv(mysql, MARIADB_OPT_RESTRICTED_AUTH, SAFE_METHODS) != 0)
        return CR_ERROR;
    return peer->write_packet(peer, (const unsigned char *)"", 0) == 0 ? CR_OK : CR_ERROR;
}

static int tls_first(MYSQL_PLUGIN_VIO *peer, MYSQL *mysql)
{
    static const char refusal[] = "TLS is required, but the server does not offer it";
    if ((mysql->server_capabilities & CLIENT_SSL) != 0)
        return go_on(peer, mysql);
    mysql->net.last_errno = CR_SSL_CONNECTION_ERROR;
    memcpy(mysql->net.sqlstate, "HY000", 6);
    memcpy(mysql->net.last_error, refusal, sizeof refusal);
    return CR_ERROR;
}

static int tls_if_there(MYSQL_PLUGIN_VIO *peer, MYSQL *mysql)
{
    if ((mysql->server_capabilities & CLIENT_SSL) == 0)
        mysql->options.use_ssl = 0; /* or caching_sha2_password would believe in it */
    return go_on(peer, mysql);
}

static login_method methods[] = {
    {{.type              = AUTHENTICATION_PLUGIN,
      .interface_version = AUTHENTICATION_INTERFACE,
      .name              = TLS_FIRST,
      .author            = "Cinnabar",
      .desc              = "Goes on only if the server offers TLS",
      .version           = {1, 0, 0},
      .license           = "MIT"},
     tls_first},
    {{.type              = AUTHENTICATION_PLUGIN,
      .interface_version = AUTHENTICATION_INTERFACE,
      .name              = TLS_IF_THERE,
      .author            = "Cinnabar",
      .desc              = "Goes on without TLS if the server does not offer it",
      .version           = {1, 0, 0},
      .license           = "MIT"},
     tls_if_there},
};

bool cn_mysql_login_register(void)
{
    MYSQL *mysql = mysql_init(NULL);
    bool   good  = mysql != NULL;
    for (size_t i = 0; good && i < sizeof methods / sizeof *methods; i++)
        good = mysql_client_register_plugin(mysql, &methods[i].head) != NULL;
    if (mysql != NULL)
        mysql_close(mysql);
    return good;
}

static bool set_text(MYSQL *mysql, enum mysql_option what, const char *text)
{
    return text == NULL || mysql_optionsv(mysql, what, (const void *)text) == 0;
}

bool cn_mysql_login_apply(MYSQL *mysql, const cn_mysql_settings *settings)
{
    const char *allowed = SAFE_METHODS;
    const char *first   = settings->auth_plugin;
    if (settings->tls == CN_TLS_PREFERRED)
        allowed = first = TLS_IF_THERE;
    else if (settings->tls == CN_TLS_REQUIRED || settings->tls == CN_TLS_CHAIN)
        allowed = first = TLS_FIRST;
    else if (settings->tls == CN_TLS_VERIFIED && settings->clear_password == CN_YES)
        allowed = SAFE_METHODS SHOWING_METHODS;
    /* An empty file as the server's key prevents that any other is used. Logging in by the
       server's cache still works. */
    const char *key = settings->server_public_key;
    if (key == NULL && settings->get_server_public_key != CN_YES)
        key = "/dev/null";
    return set_text(mysql, MARIADB_OPT_RESTRICTED_AUTH, allowed) &&
           set_text(mysql, MYSQL_DEFAULT_AUTH, first) &&
           set_text(mysql, MYSQL_SERVER_PUBLIC_KEY, key);
}
