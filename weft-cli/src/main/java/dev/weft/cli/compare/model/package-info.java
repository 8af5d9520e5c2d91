/** The execution models: how each of them runs the tasks of a workload. */
@NullMarked
package dev.weft.cli.compare.model;

import org.jspecify.annotations.NullMarked;
