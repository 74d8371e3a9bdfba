// SPDX-License-Identifier: Apache-2.0
#include "client/dial.h"

#include <stdlib.h>
#include <string.h>

static bool given(const char *text)
{
    return text && text[0] && strcmp(text, "none") != 0;
}

static enum result server_key(const char *text, uint8_t out[CURVE_BYTES], struct err *err)
{
    struct curve_key file;
    if (curve_of_z85(str_of(text), out))
        return OK;
    if (strchr(text, '/') == NULL)
        return err_set(err, REJECT, "key_file", "server_key",
                       "40 characters of Z85, or the path of a certificate file with a / in it, are needed");
    enum result r = curve_read(text, &file, err);
    if (r == OK)
        memcpy(out, file.public, CURVE_BYTES);
    curve_forget(&file);
    return r;
}

static enum result dial_curve(const struct dial *to, int hwm, struct bus **out, struct err *err)
{
    struct curve_key own;
    uint8_t server[CURVE_BYTES];
    if (!given(to->server_key) || !given(to->key_file))
        return err_set_str(err, REJECT, "missing", given(to->server_key) ? "key" : "server_key", "",
                           str_of(to->endpoint), ": over tcp the server's public key and a key file are needed");
    enum result r = server_key(to->server_key, server, err);
    if (r != OK)
        return r;
    r = curve_read(to->key_file, &own, err);
    if (r == OK && !own.has_secret)
        r = err_set_str(err, REJECT, "key_file", "key", "", str_of(to->key_file), ": the secret key is missing");
    if (r == OK)
        r = bus_dealer_connect_curve(to->endpoint, &own, server, hwm, out, err);
    curve_forget(&own);
    return r;
}

enum result dial(const struct dial *to, int hwm, struct bus **out, struct err *err)
{
    const char *address = to->endpoint ? to->endpoint : "";
    if (strncmp(address, "tcp://", 6) == 0)
        return dial_curve(to, hwm, out, err);
    if (strncmp(address, "ipc://", 6) == 0)
        return bus_dealer_connect(address, hwm, out, err);
    return err_set_str(err, REJECT, "bad_endpoint", "endpoint", "ipc:///PATH or tcp://HOST:PORT is needed, not ",
                       str_of(address), "");
}

static char *copy(const char *text)
{
    char *made = text ? strdup(text) : NULL;
    insist(made || text == NULL);
    return made;
}

struct dial dial_copy(const struct dial *d)
{
    return (struct dial){copy(d->endpoint), copy(d->server_key), copy(d->key_file)};
}

void dial_free(struct dial *d)
{
    free((char *)(uintptr_t)d->endpoint);
    free((char *)(uintptr_t)d->server_key);
    free((char *)(uintptr_t)d->key_file);
    *d = (struct dial){0};
}
