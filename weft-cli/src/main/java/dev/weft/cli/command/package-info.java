/** Starts commands of the operating system, without a shell, and tells how they ended. */
@NullMarked
package dev.weft.cli.command;

import org.jspecify.annotations.NullMarked;
