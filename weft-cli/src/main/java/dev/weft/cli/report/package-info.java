/** {@code weft report}: what happened in a run, as text, Markdown, JSON, a page or a trace. */
@NullMarked
package dev.weft.cli.report;

import org.jspecify.annotations.NullMarked;
