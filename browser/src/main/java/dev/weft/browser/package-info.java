/**
 * A headless Chromium for tests of pages: {@link dev.weft.browser.Chromium} starts it, a {@link dev.weft.browser.Tab}
 * shows a page and looks at it.
 */
@NullMarked
package dev.weft.browser;

import org.jspecify.annotations.NullMarked;
