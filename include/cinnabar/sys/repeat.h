/*
 * cinnabar/sys/repeat.h: the counting that C's preprocessor lacks, for the macros of the other
 * headers. Nothing here is for programs.
 *
 *   CN_COUNT_(a, b, c)                     3; 1 to 64 arguments
 *   CN_EACH_MEMBER_(F, T, a, b)            F(T, a), F(T, b)
 *   CN_PAIRS_(F, T, a, x, b, y)            F(T, a, x), F(T, b, y); an odd number does not compile
 */
#ifndef CINNABAR_SYS_REPEAT_H
#define CINNABAR_SYS_REPEAT_H

#include <cinnabar/base.h>

#define CN_COUNT_(...)                                                                             \
    CN_65TH_(__VA_ARGS__, 64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47,  \
             46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26,   \
             25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3,  \
             2, 1, 0)

#define CN_ONE_OR_MORE_(...)                                                                       \
    CN_65TH_(__VA_ARGS__, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE,  \
             MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE,   \
             MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE,   \
             MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE,   \
             MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, MORE, ONE, 0)

#define CN_EACH_MEMBER_(F, T, ...) CN_PASTE_(CN_EACH_, CN_COUNT_(__VA_ARGS__))(F, T, __VA_ARGS__)
#define CN_EACH_1(F, T, m) F(T, m)
#define CN_EACH_2(F, T, m, ...) F(T, m), CN_EACH_1(F, T, __VA_ARGS__)
#define CN_EACH_3(F, T, m, ...) F(T, m), CN_EACH_2(F, T, __VA_ARGS__)
#define CN_EACH_4(F, T, m, ...) F(T, m), CN_EACH_3(F, T, __VA_ARGS__)
#define CN_EACH_5(F, T, m, ...) F(T, m), CN_EACH_4(F, T, __VA_ARGS__)
#define CN_EACH_6(F, T, m, ...) F(T, m), CN_EACH_5(F, T, __VA_ARGS__)
#define CN_EACH_7(F, T, m, ...) F(T, m), CN_EACH_6(F, T, __VA_ARGS__)
#define CN_EACH_8(F, T, m, ...) F(T, m), CN_EACH_7(F, T, __VA_ARGS__)
#define CN_EACH_9(F, T, m, ...) F(T, m), CN_EACH_8(F, T, __VA_ARGS__)
#define CN_EACH_10(F, T, m, ...) F(T, m), CN_EACH_9(F, T, __VA_ARGS__)
#define CN_EACH_11(F, T, m, ...) F(T, m), CN_EACH_10(F, T, __VA_ARGS__)
#define CN_EACH_12(F, T, m, ...) F(T, m), CN_EACH_11(F, T, __VA_ARGS__)
#define CN_EACH_13(F, T, m, ...) F(T, m), CN_EACH_12(F, T, __VA_ARGS__)
#define CN_EACH_14(F, T, m, ...) F(T, m), CN_EACH_13(F, T, __VA_ARGS__)
#define CN_EACH_15(F, T, m, ...) F(T, m), CN_EACH_14(F, T, __VA_ARGS__)
#define CN_EACH_16(F, T, m, ...) F(T, m), CN_EACH_15(F, T, __VA_ARGS__)
#define CN_EACH_17(F, T, m, ...) F(T, m), CN_EACH_16(F, T, __VA_ARGS__)
#define CN_EACH_18(F, T, m, ...) F(T, m), CN_EACH_17(F, T, __VA_ARGS__)
#define CN_EACH_19(F, T, m, ...) F(T, m), CN_EACH_18(F, T, __VA_ARGS__)
#define CN_EACH_20(F, T, m, ...) F(T, m), CN_EACH_19(F, T, __VA_ARGS__)
#define CN_EACH_21(F, T, m, ...) F(T, m), CN_EACH_20(F, T, __VA_ARGS__)
#define CN_EACH_22(F, T, m, ...) F(T, m), CN_EACH_21(F, T, __VA_ARGS__)
#define CN_EACH_23(F, T, m, ...) F(T, m), CN_EACH_22(F, T, __VA_ARGS__)
#define CN_EACH_24(F, T, m, ...) F(T, m), CN_EACH_23(F, T, __VA_ARGS__)
#define CN_EACH_25(F, T, m, ...) F(T, m), CN_EACH_24(F, T, __VA_ARGS__)
#define CN_EACH_26(F, T, m, ...) F(T, m), CN_EACH_25(F, T, __VA_ARGS__)
#define CN_EACH_27(F, T, m, ...) F(T, m), CN_EACH_26(F, T, __VA_ARGS__)
#define CN_EACH_28(F, T, m, ...) F(T, m), CN_EACH_27(F, T, __VA_ARGS__)
#define CN_EACH_29(F, T, m, ...) F(T, m), CN_EACH_28(F, T, __VA_ARGS__)
#define CN_EACH_30(F, T, m, ...) F(T, m), CN_EACH_29(F, T, __VA_ARGS__)
#define CN_EACH_31(F, T, m, ...) F(T, m), CN_EACH_30(F, T, __VA_ARGS__)
#define CN_EACH_32(F, T, m, ...) F(T, m), CN_EACH_31(F, T, __VA_ARGS__)
#define CN_EACH_33(F, T, m, ...) F(T, m), CN_EACH_32(F, T, __VA_ARGS__)
#define CN_EACH_34(F, T, m, ...) F(T, m), CN_EACH_33(F, T, __VA_ARGS__)
#define CN_EACH_35(F, T, m, ...) F(T, m), CN_EACH_34(F, T, __VA_ARGS__)
#define CN_EACH_36(F, T, m, ...) F(T, m), CN_EACH_35(F, T, __VA_ARGS__)
#define CN_EACH_37(F, T, m, ...) F(T, m), CN_EACH_36(F, T, __VA_ARGS__)
#define CN_EACH_38(F, T, m, ...) F(T, m), CN_EACH_37(F, T, __VA_ARGS__)
#define CN_EACH_39(F, T, m, ...) F(T, m), CN_EACH_38(F, T, __VA_ARGS__)
#define CN_EACH_40(F, T, m, ...) F(T, m), CN_EACH_39(F, T, __VA_ARGS__)
#define CN_EACH_41(F, T, m, ...) F(T, m), CN_EACH_40(F, T, __VA_ARGS__)
#define CN_EACH_42(F, T, m, ...) F(T, m), CN_EACH_41(F, T, __VA_ARGS__)
#define CN_EACH_43(F, T, m, ...) F(T, m), CN_EACH_42(F, T, __VA_ARGS__)
#define CN_EACH_44(F, T, m, ...) F(T, m), CN_EACH_43(F, T, __VA_ARGS__)
#define CN_EACH_45(F, T, m, ...) F(T, m), CN_EACH_44(F, T, __VA_ARGS__)
#define CN_EACH_46(F, T, m, ...) F(T, m), CN_EACH_45(F, T, __VA_ARGS__)
#define CN_EACH_47(F, T, m, ...) F(T, m), CN_EACH_46(F, T, __VA_ARGS__)
#define CN_EACH_48(F, T, m, ...) F(T, m), CN_EACH_47(F, T, __VA_ARGS__)
#define CN_EACH_49(F, T, m, ...) F(T, m), CN_EACH_48(F, T, __VA_ARGS__)
#define CN_EACH_50(F, T, m, ...) F(T, m), CN_EACH_49(F, T, __VA_ARGS__)
#define CN_EACH_51(F, T, m, ...) F(T, m), CN_EACH_50(F, T, __VA_ARGS__)
#define CN_EACH_52(F, T, m, ...) F(T, m), CN_EACH_51(F, T, __VA_ARGS__)
#define CN_EACH_53(F, T, m, ...) F(T, m), CN_EACH_52(F, T, __VA_ARGS__)
#define CN_EACH_54(F, T, m, ...) F(T, m), CN_EACH_53(F, T, __VA_ARGS__)
#define CN_EACH_55(F, T, m, ...) F(T, m), CN_EACH_54(F, T, __VA_ARGS__)
#define CN_EACH_56(F, T, m, ...) F(T, m), CN_EACH_55(F, T, __VA_ARGS__)
#define CN_EACH_57(F, T, m, ...) F(T, m), CN_EACH_56(F, T, __VA_ARGS__)
#define CN_EACH_58(F, T, m, ...) F(T, m), CN_EACH_57(F, T, __VA_ARGS__)
#define CN_EACH_59(F, T, m, ...) F(T, m), CN_EACH_58(F, T, __VA_ARGS__)
#define CN_EACH_60(F, T, m, ...) F(T, m), CN_EACH_59(F, T, __VA_ARGS__)
#define CN_EACH_61(F, T, m, ...) F(T, m), CN_EACH_60(F, T, __VA_ARGS__)
#define CN_EACH_62(F, T, m, ...) F(T, m), CN_EACH_61(F, T, __VA_ARGS__)
#define CN_EACH_63(F, T, m, ...) F(T, m), CN_EACH_62(F, T, __VA_ARGS__)
#define CN_EACH_64(F, T, m, ...) F(T, m), CN_EACH_63(F, T, __VA_ARGS__)

#define CN_PAIRS_(F, T, ...) CN_PASTE_(CN_PAIRS_, CN_COUNT_(__VA_ARGS__))(F, T, __VA_ARGS__)
#define CN_PAIRS_2(F, T, n, v) F(T, n, v)
#define CN_PAIRS_4(F, T, n, v, ...) F(T, n, v), CN_PAIRS_2(F, T, __VA_ARGS__)
#define CN_PAIRS_6(F, T, n, v, ...) F(T, n, v), CN_PAIRS_4(F, T, __VA_ARGS__)
#define CN_PAIRS_8(F, T, n, v, ...) F(T, n, v), CN_PAIRS_6(F, T, __VA_ARGS__)
#define CN_PAIRS_10(F, T, n, v, ...) F(T, n, v), CN_PAIRS_8(F, T, __VA_ARGS__)
#define CN_PAIRS_12(F, T, n, v, ...) F(T, n, v), CN_PAIRS_10(F, T, __VA_ARGS__)
#define CN_PAIRS_14(F, T, n, v, ...) F(T, n, v), CN_PAIRS_12(F, T, __VA_ARGS__)
#define CN_PAIRS_16(F, T, n, v, ...) F(T, n, v), CN_PAIRS_14(F, T, __VA_ARGS__)
#define CN_PAIRS_18(F, T, n, v, ...) F(T, n, v), CN_PAIRS_16(F, T, __VA_ARGS__)
#define CN_PAIRS_20(F, T, n, v, ...) F(T, n, v), CN_PAIRS_18(F, T, __VA_ARGS__)
#define CN_PAIRS_22(F, T, n, v, ...) F(T, n, v), CN_PAIRS_20(F, T, __VA_ARGS__)
#define CN_PAIRS_24(F, T, n, v, ...) F(T, n, v), CN_PAIRS_22(F, T, __VA_ARGS__)
#define CN_PAIRS_26(F, T, n, v, ...) F(T, n, v), CN_PAIRS_24(F, T, __VA_ARGS__)
#define CN_PAIRS_28(F, T, n, v, ...) F(T, n, v), CN_PAIRS_26(F, T, __VA_ARGS__)
#define CN_PAIRS_30(F, T, n, v, ...) F(T, n, v), CN_PAIRS_28(F, T, __VA_ARGS__)
#define CN_PAIRS_32(F, T, n, v, ...) F(T, n, v), CN_PAIRS_30(F, T, __VA_ARGS__)
#define CN_PAIRS_34(F, T, n, v, ...) F(T, n, v), CN_PAIRS_32(F, T, __VA_ARGS__)
#define CN_PAIRS_36(F, T, n, v, ...) F(T, n, v), CN_PAIRS_34(F, T, __VA_ARGS__)
#define CN_PAIRS_38(F, T, n, v, ...) F(T, n, v), CN_PAIRS_36(F, T, __VA_ARGS__)
#define CN_PAIRS_40(F, T, n, v, ...) F(T, n, v), CN_PAIRS_38(F, T, __VA_ARGS__)
#define CN_PAIRS_42(F, T, n, v, ...) F(T, n, v), CN_PAIRS_40(F, T, __VA_ARGS__)
#define CN_PAIRS_44(F, T, n, v, ...) F(T, n, v), CN_PAIRS_42(F, T, __VA_ARGS__)
#define CN_PAIRS_46(F, T, n, v, ...) F(T, n, v), CN_PAIRS_44(F, T, __VA_ARGS__)
#define CN_PAIRS_48(F, T, n, v, ...) F(T, n, v), CN_PAIRS_46(F, T, __VA_ARGS__)
#define CN_PAIRS_50(F, T, n, v, ...) F(T, n, v), CN_PAIRS_48(F, T, __VA_ARGS__)
#define CN_PAIRS_52(F, T, n, v, ...) F(T, n, v), CN_PAIRS_50(F, T, __VA_ARGS__)
#define CN_PAIRS_54(F, T, n, v, ...) F(T, n, v), CN_PAIRS_52(F, T, __VA_ARGS__)
#define CN_PAIRS_56(F, T, n, v, ...) F(T, n, v), CN_PAIRS_54(F, T, __VA_ARGS__)
#define CN_PAIRS_58(F, T, n, v, ...) F(T, n, v), CN_PAIRS_56(F, T, __VA_ARGS__)
#define CN_PAIRS_60(F, T, n, v, ...) F(T, n, v), CN_PAIRS_58(F, T, __VA_ARGS__)
#define CN_PAIRS_62(F, T, n, v, ...) F(T, n, v), CN_PAIRS_60(F, T, __VA_ARGS__)
#define CN_PAIRS_64(F, T, n, v, ...) F(T, n, v), CN_PAIRS_62(F, T, __VA_ARGS__)
/* An odd number: the sentence is what the compiler prints. */
#define CN_ODD_PAIRS_                                                                              \
    (const char *)(uintptr_t)CN_SAY_(0, "cinnabar: pairs expected: name, value, name, value "      \
                                        "(a comma is missing or too many)")
#define CN_PAIRS_1(F, T, ...)                                                                      \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_3(F, T, ...)                                                                      \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_5(F, T, ...)                                                                      \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_7(F, T, ...)                                                                      \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_9(F, T, ...)                                                                      \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_11(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_13(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_15(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_17(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_19(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_21(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_23(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_25(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_27(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_29(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_31(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_33(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_35(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_37(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_39(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_41(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_43(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_45(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_47(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_49(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_51(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_53(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_55(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_57(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_59(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_61(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }
#define CN_PAIRS_63(F, T, ...)                                                                     \
    {                                                                                              \
        CN_ODD_PAIRS_                                                                              \
    }

#endif
