/*
 * From the names in a URL to a driver's table: built in, or loaded from a module at run time.
 */
#ifndef CN_ENGINE_DRIVERS_H
#define CN_ENGINE_DRIVERS_H

#include <cinnabar/sys/driver.h>

#include "base/error.h"

/* `driver` is the part of the URL after the '+', or NULL. NULL with `error` filled if there is no
   such driver here. */
const cn_driver *cn_driver_find(const char *dialect, const char *driver, cn_error *error);

/* The name of the driver that the two mean, loaded or not; NULL with `error` filled. */
const char *cn_driver_resolve(const char *dialect, const char *driver, cn_error *error);

/* Whether the driver, or the engine for it, knows this option of a URL; if not, an error that
   lists those it knows. */
bool cn_driver_knows_option(const cn_driver *driver, const char *option, cn_error *error);

#endif
