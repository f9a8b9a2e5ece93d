/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * -log2 of the 128 reciprocals that log2.c reduces with: entry j is floor(-log2(r) * 2^64) for
 * r = ceil(2^23 / (128 + j)) / 2^16, in [1/2, 1]. Computed once with 300 bits; the tests compute
 * each entry again. Only the first is exact, a zero.
 */

#include <stdint.h>

static const uint64_t bng_log2_table[128] = {
        0x0000000000000000, 0x02dfbe8c3a5c9efc, 0x05b9894c5eaa7e1c, 0x088d314bc93b24b9,
        0x0b5c03f1a22bf343, 0x0e25d9f052f20ae7, 0x10ea8b8033bc2f2f, 0x13a9f062a91011ef,
        0x1663dfe58266952d, 0x191830e69b4ad0ba, 0x1bc6b9d7c06b6fd0, 0x1e7272e1dcb45d52,
        0x21181b0f835c3c5b, 0x23b91e7467aab319, 0x26555a954e6adf74, 0x28ecac98e83b873e,
        0x2b7ef14a9d86b0e7, 0x2e0da77d51aa9b0a, 0x30970eb1b71fea85, 0x331caad559941c88,
        0x359e600657cf1b99, 0x381a64275cf62b79, 0x3a9242df94b37497, 0x3d0793145a2855eb,
        0x3f76d333782fc029, 0x41e35024db98f1f6, 0x444b3896ca5c851c, 0x46ae6ea43b6c6c3a,
        0x490e96434adc9b75, 0x4b6b99b46f1c9bc1, 0x4dc39b16271452a4, 0x5018464a7ca6205b,
        0x526984da22641fb3, 0x54b56f88451a8364, 0x56ff8d9e0a32eab8, 0x5945fa51ce3d1450,
        0x5b86c5189648a468, 0x5dc585e9789c9164, 0x60022daca5c5816e, 0x6238e96295884bff,
        0x646d61bb8f1bd83f, 0x669f870cddc68cf0, 0x68cd5efa5a8fedab, 0x6af6d0d51dc35107,
        0x6d1fa4523e86175c, 0x6f41f839e04b4561, 0x71638cdb3214d1ba, 0x7382613bb4ecd718,
        0x759c68ac49d6e9e8, 0x77b38837ff27c4d8, 0x79c7aeb4d7c222c1, 0x7bdacf4d112166b6,
        0x7de8d279d1f4dce1, 0x7ff5b27a3301a674, 0x81fd4bf3cf8baf09, 0x8403a46aa15b8c3b,
        0x86069f9dc494e830, 0x880841358c3d4793, 0x8a044e3cffba7cc5, 0x8c00fe591caa87fb,
        0x8df7f50129fef9db, 0x8fed5997f0b8d3e4, 0x91e12207693a7ecb, 0x93d11d02d43961d4,
        0x95bf618feed7aaee, 0x97a9b863c6dff37a, 0x99923e123e2f1f14, 0x9b78e7f9d4eccf7c,
        0x9d5b75d7ef0c87be, 0x9f3e4502b8d46fb3, 0xa11cdc9aa3a23814, 0xa2f967200d5fb416,
        0xa4d1986156dda94a, 0xa6a9e46886da0c3a, 0xa88001b8b2e0abb1, 0xaa519b3221a6e23f,
        0xac2335eadfc26a56, 0xadf02ffb5fefaf9b, 0xafbd19d7cafaa570, 0xb1879b28a62b6810,
        0xb34fa81d2a3c5223, 0xb51534d0586785c5, 0xb6d835497f32c3fb, 0xb8989d7cc4fe974a,
        0xba58c4fd423fd8e9, 0xbc13db1700b229a9, 0xbdce9dcc961871a7, 0xbf89096f2bec1c71,
        0xc13e3bc6070304aa, 0xc2f303ed84699059, 0xc4a75e0325724dbd, 0xc656564a7f22c954,
        0xc804ccfe16ac305a, 0xc9b2be08f80b48cc, 0xcb5da4bbf257273f, 0xcd05743b76dfc739,
        0xceaca5ed6e86ec8b, 0xd05335805d328d3e, 0xd1f6927d01dd8aff, 0xd396afcc0e82f87c,
        0xd53612245c735d14, 0xd6d4b4fa01a1426c, 0xd86ffc13435c0830, 0xda0a74a4c4b4009e,
        0xdba419fb172fb71c, 0xdd3a470b43820f98, 0xdecf918c14405a84, 0xe0614e94083376d0,
        0xe1f4c277238a6741, 0xe3849941f1231743, 0xe510c54d3a291184, 0xe69e9c197af2fc9d,
        0xe828b83fd61e5541, 0xe9b1c3556cee552d, 0xeb39b82d157f25e1, 0xecbdd46b5d9bc96d,
        0xee438a30a585049b, 0xefc55707237ab3b7, 0xf145f2b9e275244d, 0xf2c820944bf271cc,
        0xf443811f3eabc875, 0xf5c068eed572dedc, 0xf73c09d4cd4b18f0, 0xf8b65e477630d980,
        0xfa2c89976e56ee15, 0xfba4317b7cf39f32, 0xfd179f358765576d, 0xfe8c83f2e1bbb3fc,
};
