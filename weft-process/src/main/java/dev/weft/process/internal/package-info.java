/** What the packages of this module need of each other, and users do not. Not exported. */
@NullMarked
package dev.weft.process.internal;

import org.jspecify.annotations.NullMarked;
