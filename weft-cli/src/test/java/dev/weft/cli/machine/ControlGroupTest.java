package dev.weft.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlGroupTest {
    @TempDir
    Path root;

    private void file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void unifiedHierarchyIsRead() throws Exception {
        file("proc/self/cgroup", "0::/app\n");
        file("sys/fs/cgroup/app/cpu.max", "150000 100000\n");
        file("sys/fs/cgroup/app/memory.max", "536870912\n");

        assertThat(ControlGroup.read(root)).isEqualTo(new ControlGroup(1.5, 536_870_912L));
    }

    @Test
    void noLimitIsNull() throws Exception {
        file("proc/self/cgroup", "0::/\n");
        file("sys/fs/cgroup/cpu.max", "max 100000\n");
        file("sys/fs/cgroup/memory.max", "max\n");

        assertThat(ControlGroup.read(root)).isEqualTo(new ControlGroup(null, null));
    }

    @Test
    void firstVersionIsReadToo() throws Exception {
        file("proc/self/cgroup", "4:memory:/job\n2:cpuacct,cpu:/job\n0::/\n");
        file("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "50000\n");
        file("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
        file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712\n");

        assertThat(ControlGroup.read(root)).isEqualTo(new ControlGroup(0.5, null));
    }

    @Test
    void containerThatSeesOnlyItsOwnGroupIsRead() throws Exception {
        file("proc/self/cgroup", "0::/docker/4f1c\n");
        file("sys/fs/cgroup/cpu.max", "200000 100000\n");

        assertThat(ControlGroup.read(root).cpus()).isEqualTo(2.0);
    }

    @Test
    void machineWithoutControlGroupsHasNoLimits() {
        assertThat(ControlGroup.read(root)).isEqualTo(new ControlGroup(null, null));
    }
}
