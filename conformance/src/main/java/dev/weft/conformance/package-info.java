/**
 * The report over the behaviours that the test suites of CPython, aiohttp and trio pin: which of them Weft has, by
 * which test.
 */
@NullMarked
package dev.weft.conformance;

import org.jspecify.annotations.NullMarked;
