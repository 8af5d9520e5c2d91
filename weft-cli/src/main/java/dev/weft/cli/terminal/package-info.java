/** What the program knows of the terminal: colours, width and a progress bar. */
@NullMarked
package dev.weft.cli.terminal;

import org.jspecify.annotations.NullMarked;
