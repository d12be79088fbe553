/*
 * The text of a type, as a catalogue shows it or as a dialect spells it, read back into a cn_type.
 * Two texts that mean the same give the same type; what no type of ours corresponds to is RAW.
 */
#ifndef CN_CATALOG_TYPE_TEXT_H
#define CN_CATALOG_TYPE_TEXT_H

#include <cinnabar/type.h>

#include "catalog/token.h"

/* False: no memory. Texts of the type are copied into the arena. `serial`, if not NULL, is set to
   whether the words were those of a numbered column (SERIAL). */
bool cn_type_read(cn_token_style style, const char *text, cn_arena *arena, cn_type *type,
                  bool *serial);

/* Whether a column of one type is a column of the other. What `declared` leaves to the database
   (collation, character set) is not looked at. */
bool cn_type_same(const cn_type *declared, const cn_type *found);

/* The nearest type that every database has. */
cn_type cn_type_portable(const cn_type *type, cn_token_style style);

#endif
