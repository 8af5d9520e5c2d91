package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JbangCatalogTest {
    @Test
    void theAliasStartsThisVersionAsTheLauncherDoes() throws Exception {
        JsonNode alias = JsonMapper.shared()
                .readTree(Files.readString(Path.of("../jbang-catalog.json")))
                .get("aliases")
                .get("weft");

        String[] reference = alias.get("script-ref").asString().split(":");
        assertThat(reference).startsWith("dev.weft", "weft-cli");
        assertThat(Files.readString(Path.of("pom.xml"))).contains("<version>" + reference[2] + "</version>");
        assertThat(alias.get("main").asString()).isEqualTo(Main.class.getName());
        String launcher = Files.readString(Path.of("../weft"));
        alias.get("runtime-options").forEach(option -> assertThat(launcher).contains(option.asString()));
        assertThat(launcher).contains("\nneeded=" + alias.get("java").asString().replace("+", "") + "\n");
    }
}
