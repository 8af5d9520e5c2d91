/** What shells and readers of manuals need: completion of words, and manual pages. */
@NullMarked
package dev.weft.cli.shell;

import org.jspecify.annotations.NullMarked;
