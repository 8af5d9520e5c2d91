/** How good the advice of {@code weft advise} is: the regret of following it, on jobs of different kinds. */
@NullMarked
package dev.weft.bench.advice;

import org.jspecify.annotations.NullMarked;
