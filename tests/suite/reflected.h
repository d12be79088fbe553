/*
 * What the programs about reflection share: tables with much to say, and comparing.
 */
#ifndef SUITE_REFLECTED_H
#define SUITE_REFLECTED_H

#include "suite.h"

#include <cinnabar/cinnabar.h>

/* rf_owner and rf_thing: constraints, indexes and defaults of every kind. */
CN_TABLE_DECLARE(owner);
CN_TABLE_DECLARE(thing);
extern const cn_metadata things;

/* The test fails if there is none. */
cn_reflection *reflected(cn_engine *engine, const cn_reflect_options *options);

/* Fails with each difference on a line. */
void assert_equal(const cn_metadata *declared, const cn_reflection *found);

#endif
