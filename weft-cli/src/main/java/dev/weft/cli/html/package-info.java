/** What the pages of Weft share: the template, the style, and how strings become text and nothing else. */
@NullMarked
package dev.weft.cli.html;

import org.jspecify.annotations.NullMarked;
