import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The word that is most often in a text, by way of much garbage: weft map --java Words.java::most ::: *.txt */
class Words {
    static String most(Path file) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        for (String word : Files.readString(file).split("\\W+")) {
            String lower = new String(word.toLowerCase(Locale.ROOT).toCharArray());
            counts.put(lower, counts.getOrDefault(lower, 0) + 1);
        }
        return counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    }
}
