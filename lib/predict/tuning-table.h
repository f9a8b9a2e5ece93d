/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The tables mpn/.../gmp-mparam.h of GMP 6.2 and 6.3, in both the same where both have them: a hash
 * of how a table splits transforms (tuning.c), then its MUL_FFT_THRESHOLD and SQR_FFT_THRESHOLD, of
 * two with the same hash the lower ones.
 */

static const struct {
        uint64_t hash;
        struct bng_tuning tuning;
} tables[] = {
        {UINT64_C(0x495b018cde4a7768), {1664, 1408}},  /* alpha */
        {UINT64_C(0xd7674e11b8fc7c8b), {4224, 3968}},  /* alpha/ev5 */
        {UINT64_C(0x510ba777c3d72747), {5760, 5056}},  /* alpha/ev6 */
        {UINT64_C(0x0695c87832b00afd), {5760, 3776}},  /* arm */
        {UINT64_C(0x2a7ebc8d80f0e86b), {5760, 4416}},  /* arm/v6 */
        {UINT64_C(0x6425933b880b633e), {5760, 5312}},  /* arm/v7a/cora15 */
        {UINT64_C(0xada78435daf3f001), {6784, 4736}},  /* arm/v7a/cora17 */
        {UINT64_C(0x82764c6483aad501), {7552, 5760}},  /* arm/v7a/cora5 */
        {UINT64_C(0x83957199cab87e9d), {6784, 4736}},  /* arm/v7a/cora7 */
        {UINT64_C(0x6d1332d6ff57d44a), {6784, 3712}},  /* arm/v7a/cora8 */
        {UINT64_C(0x36ad94573113d1e5), {6784, 5568}},  /* arm/v7a/cora9 */
        {UINT64_C(0x8f024eee6b992de4), {3200, 2688}},  /* arm64 */
        {UINT64_C(0x9323ff89aaa75c86), {2368, 1856}},  /* arm64/applem1 */
        {UINT64_C(0xd5639806af19491f), {3200, 2688}},  /* arm64/cora53 */
        {UINT64_C(0xaf54fe14b00e6ca5), {3200, 2496}},  /* arm64/cora57 */
        {UINT64_C(0x9574538c6efe23db), {2688, 2176}},  /* arm64/cora72 */
        {UINT64_C(0x0a6cc560bf2d3119), {3200, 2496}},  /* arm64/cora73 */
        {UINT64_C(0x1832272fa48320ba), {4736, 3264}},  /* arm64/xgene1 */
        {UINT64_C(0x9de2e006640ea1b0), {1664, 2976}},  /* cray */
        {UINT64_C(0x52e1f0dc5fd46d1e), {6528, 1312}},  /* cray/ieee */
        {UINT64_C(0x3c28fcd9624b0cd9), {8576, 6272}},  /* ia64 */
        {UINT64_C(0x09edd395839d9c27), {1728, 2304}},  /* m68k */
        {UINT64_C(0x6576ef0f75d722f9), {5888, 5376}},  /* mips32 */
        {UINT64_C(0x0d63ffcec68fd609), {1920, 1920}},  /* mips64 */
        {UINT64_C(0x151bdaacd6cc5f4c), {3328, 3328}},  /* pa32/hppa1_1 */
        {UINT64_C(0x8e43ea765ff29d99), {2112, 1600}},  /* pa32/hppa2_0 */
        {UINT64_C(0x5194e0eddfd25cb9), {2368, 1856}},  /* pa64 */
        {UINT64_C(0xcfeebfded89e1209), {2304, 2304}},  /* power */
        {UINT64_C(0xa94bb35b3f104967), {3712, 2688}},  /* powerpc32 */
        {UINT64_C(0x6fffec104c3964f6), {2688, 1728}},  /* powerpc32/750 */
        {UINT64_C(0x9c6e5abe134ccf8d), {2688, 1728}},  /* powerpc32/p3 */
        {UINT64_C(0x148c0ac5728010ad), {6784, 4736}},  /* powerpc32/p4 */
        {UINT64_C(0x6d26317c49968879), {4736, 3712}},  /* powerpc32/p5 */
        {UINT64_C(0x9206b8609701872c), {1728, 1600}},  /* powerpc32/p6 */
        {UINT64_C(0x594e1121aefbd721), {4544, 3520}},  /* powerpc32/p7 */
        {UINT64_C(0xa0e7352220006652), {5248, 3200}},  /* powerpc64/mode32/p4 */
        {UINT64_C(0xf0a31f077c32f932), {4224, 2688}},  /* powerpc64/mode64 */
        {UINT64_C(0x67f67c0b85c59711), {2688, 1728}},  /* powerpc64/mode64/p3 */
        {UINT64_C(0x573462eca3ffe44b), {9088, 6272}},  /* powerpc64/mode64/p4 */
        {UINT64_C(0x15ee019e687e8087), {4224, 3264}},  /* powerpc64/mode64/p5 */
        {UINT64_C(0x0ec036b031ed588b), {3520, 2752}},  /* powerpc64/mode64/p6 */
        {UINT64_C(0x00f1b72fa9a30b80), {4736, 3264}},  /* powerpc64/mode64/p7 */
        {UINT64_C(0x8b2b2ba6a58efbda), {4736, 3264}},  /* powerpc64/mode64/p8 */
        {UINT64_C(0x274b60bb6ef0352d), {3712, 3264}},  /* powerpc64/mode64/p9 */
        {UINT64_C(0x12433394322482d7), {2688, 1856}},  /* s390_32 */
        {UINT64_C(0x2a5a86444fae61e8), {2688, 1856}},  /* s390_32/esame */
        {UINT64_C(0xf9bc48283c7ecb35), {2240, 1728}},  /* s390_64 */
        {UINT64_C(0x7b9b634f55fc4e2e), {1728, 1344}},  /* s390_64/z10 */
        {UINT64_C(0x2a7630f6f70431b4), {2752, 1856}},  /* s390_64/z13 */
        {UINT64_C(0x11b51e46577d4d89), {2304, 2304}},  /* sparc32 */
        {UINT64_C(0x33c5390ba396326a), {3712, 2624}},  /* sparc32/ultrasparct1 */
        {UINT64_C(0xaec60cbcb1e35039), {1792, 1728}},  /* sparc32/v8 */
        {UINT64_C(0x4367b97655df6eec), {2304, 2304}},  /* sparc32/v8/supersparc */
        {UINT64_C(0x13d2f6faa3ff9231), {2240, 2112}},  /* sparc32/v9 */
        {UINT64_C(0xe41a2a1379e0a83b), {1984, 1120}},  /* sparc64 */
        {UINT64_C(0x5eafb6d6580780d1), {2240, 1728}},  /* sparc64/ultrasparc34 */
        {UINT64_C(0x048d0a9e0c8de9ba), {1728, 1344}},  /* sparc64/ultrasparct1 */
        {UINT64_C(0xd29fa69a2ae01c58), {5760, 3776}},  /* sparc64/ultrasparct45 */
        {UINT64_C(0xdc446b29817161b9), {4544, 3712}},  /* x86/atom */
        {UINT64_C(0x15521479b20eb1db), {6784, 5760}},  /* x86/bd1 */
        {UINT64_C(0x20be5f8fe129ff51), {6784, 5760}},  /* x86/bd2 */
        {UINT64_C(0x96c52695f6b9738a), {5760, 4736}},  /* x86/bd4 */
        {UINT64_C(0xdac8339c35c7dc55), {7424, 5760}},  /* x86/bt1 */
        {UINT64_C(0x9c69d7a708c5dddb), {5760, 4736}},  /* x86/bt2 */
        {UINT64_C(0x9aa136e2744d168c), {6784, 5312}},  /* x86/core2 */
        {UINT64_C(0x1b49d3cb2e00ad1e), {7424, 5568}},  /* x86/coreibwl */
        {UINT64_C(0xfc3f9abd4c460a06), {7808, 5568}},  /* x86/coreihwl */
        {UINT64_C(0x38c5475bdee2817b), {6784, 5312}},  /* x86/coreinhm */
        {UINT64_C(0x33dcb404c57b2006), {7552, 5760}},  /* x86/coreisbr */
        {UINT64_C(0xb79fb63aec515aa9), {2000, 3000}},  /* x86/fat, x86_64/fat */
        {UINT64_C(0xcd0b0183338681d8), {5504, 3712}},  /* x86/geode */
        {UINT64_C(0x93dc5f88ec5aa169), {3712, 3520}},  /* x86/goldmont */
        {UINT64_C(0x3d048728c81f18fa), {2816, 2816}},  /* x86/i486 */
        {UINT64_C(0x82230eefc3fec5f1), {7424, 5312}},  /* x86/k10 */
        {UINT64_C(0x533122f58ab8e941), {7424, 7040}},  /* x86/k6 */
        {UINT64_C(0x0ffb52212acca2e9), {7552, 5504}},  /* x86/k7 */
        {UINT64_C(0xd6e45f46be35f4c7), {7296, 5504}},  /* x86/k8 */
        {UINT64_C(0x519221da0d6f6203), {1856, 2368}},  /* x86/nano */
        {UINT64_C(0xc7dbd69b992b236c), {6784, 5760}},  /* x86/p6, x86/p6/sse2 */
        {UINT64_C(0x84e918816bc0b5f1), {7040, 3712}},  /* x86/p6/mmx */
        {UINT64_C(0x2639b83d3284366e), {3328, 3328}},  /* x86/pentium */
        {UINT64_C(0xacff4c55381d9fd1), {3520, 5504}},  /* x86/pentium/mmx */
        {UINT64_C(0x873de1bcfbd7e36c), {7808, 4800}},  /* x86/pentium4/sse2 */
        {UINT64_C(0xd68a80373bcdc614), {4544, 3712}},  /* x86/silvermont */
        {UINT64_C(0x205414c34d71bee7), {6784, 5568}},  /* x86/skylake */
        {UINT64_C(0x4c3025223b5c9936), {5760, 4736}},  /* x86/zn1 */
        {UINT64_C(0xd1d51b9c6aac9965), {4736, 3712}},  /* x86/zn2 */
        {UINT64_C(0xb4ff49f889ac22e2), {7552, 5248}},  /* x86_64 */
        {UINT64_C(0x3ee3e8741aa2cd12), {2496, 2240}},  /* x86_64/alderlake */
        {UINT64_C(0x9905a4255f3c618b), {2240, 1728}},  /* x86_64/atom */
        {UINT64_C(0xb60fff3c8014986b), {4544, 3264}},  /* x86_64/bd1 */
        {UINT64_C(0x585eccbc2c6e47c6), {4544, 2880}},  /* x86_64/bd2 */
        {UINT64_C(0x1f19b5049a2a1fce), {4224, 2752}},  /* x86_64/bd4 */
        {UINT64_C(0x4aa069229b9c1a64), {5760, 3712}},  /* x86_64/bt1 */
        {UINT64_C(0x8a54faeb6f3fced0), {3200, 2880}},  /* x86_64/bt2 */
        {UINT64_C(0x05595d8b3f44a817), {4736, 3520}},  /* x86_64/core2 */
        {UINT64_C(0xc20da92ce53a1a3a), {5760, 3712}},  /* x86_64/coreibwl */
        {UINT64_C(0x70b7cc72dbf056bd), {4736, 3264}},  /* x86_64/coreihwl */
        {UINT64_C(0xe3f0d75e88d52e72), {4224, 3520}},  /* x86_64/coreinhm */
        {UINT64_C(0xf0b287242738f7e3), {4736, 3264}},  /* x86_64/coreisbr */
        {UINT64_C(0x6ca90bda5aef9c2e), {4544, 3520}},  /* x86_64/goldmont */
        {UINT64_C(0x0a9e6d7cb77c5b22), {7552, 5568}},  /* x86_64/k10 */
        {UINT64_C(0xf8d80a883fcf3b10), {11520, 7296}}, /* x86_64/k8 */
        {UINT64_C(0x1a825cc0a319e018), {3520, 2496}},  /* x86_64/nano */
        {UINT64_C(0x389037db6b99dd7a), {2752, 2368}},  /* x86_64/pentium4 */
        {UINT64_C(0x9e33125cb751d8a8), {3712, 2752}},  /* x86_64/silvermont */
        {UINT64_C(0x40f186e5dcfff11b), {6272, 4224}},  /* x86_64/skylake */
        {UINT64_C(0xafbc7c6623c1e2fc), {6272, 4224}},  /* x86_64/zen */
        {UINT64_C(0x35edf4b13a23d20f), {4736, 3264}},  /* x86_64/zen2 */
        {UINT64_C(0x8bf25cc0b38fca20), {3264, 2624}},  /* x86_64/zen3 */
};
