/*
 * driver/module.c: the one function that a driver module exports. Compiled once for each module,
 * with CN_MODULE_DRIVER naming its table. Only the engine's loader calls it.
 */
#include <cinnabar/sys/driver.h>

extern const cn_driver CN_MODULE_DRIVER;

const cn_driver *cn_driver_entry(void)
{
    return &CN_MODULE_DRIVER;
}
