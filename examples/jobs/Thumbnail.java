import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** A picture made small; how many bytes it has then: weft map --java Thumbnail.java::bytes ::: *.png */
class Thumbnail {
    private static final int WIDTH = 160;

    static int bytes(Path file) throws IOException {
        BufferedImage large = ImageIO.read(file.toFile());
        int height = Math.max(1, large.getHeight() * WIDTH / large.getWidth());
        var small = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(large, 0, 0, WIDTH, height, null);
        graphics.dispose();
        var png = new ByteArrayOutputStream();
        ImageIO.write(small, "png", png);
        return png.size();
    }
}
