/** What shells need to complete words. */
@NullMarked
package dev.weft.cli.shell;

import org.jspecify.annotations.NullMarked;
