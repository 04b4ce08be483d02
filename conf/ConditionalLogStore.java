package verger;

import io.delta.storage.S3SingleDriverLogStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IOUtils;

/**
 * Delta's log in S3, in which nobody can replace a commit: each is put on the condition that there is none yet.
 *
 * Delta's own store looks whether it is there, and then puts it. Spark's compiler Janino makes this class when a
 * session starts (conf/log_store.py): it takes no lambdas, and needs a cast where a type parameter is meant.
 */
public class ConditionalLogStore extends S3SingleDriverLogStore {
    private static final String CONDITIONAL = "fs.option.create.conditional.overwrite";
    private static final String LIST_FROM = "delta.enableFastS3AListFrom";

    private final S3SingleDriverLogStore plain;

    public ConditionalLogStore(Configuration conf) {
        super(listingFrom(conf, true));
        plain = new S3SingleDriverLogStore(listingFrom(conf, false));
    }

    private static Configuration listingFrom(Configuration conf, boolean wanted) {
        Configuration copy = new Configuration(conf);
        copy.setBoolean(LIST_FROM, wanted);
        return copy;
    }

    /** From the last checkpoint on, not all of a day's log; that is Delta's own way around S3A's public methods. */
    @Override
    public Iterator<FileStatus> listFrom(Path path, Configuration conf) throws IOException {
        try {
            return super.listFrom(path, conf);
        } catch (LinkageError another) { // an S3A without those methods
            return plain.listFrom(path, conf);
        } catch (UnsupportedOperationException another) { // no S3A
            return plain.listFrom(path, conf);
        }
    }

    /** Whether the file system of a path knows the condition: S3A from 3.4.2 on does. */
    public static boolean isKnown(Path path, Configuration conf) throws IOException {
        return path.getFileSystem(conf).hasPathCapability(path, CONDITIONAL);
    }

    @Override
    public void write(Path path, Iterator<String> actions, Boolean overwrite, Configuration conf) throws IOException {
        if (overwrite.booleanValue() || !isKnown(path, conf)) {
            super.write(path, actions, overwrite, conf);
            return;
        }
        StringBuilder lines = new StringBuilder();
        while (actions.hasNext()) {
            lines.append((String) actions.next()).append('\n');
        }
        byte[] content = lines.toString().getBytes(StandardCharsets.UTF_8);
        FileSystem fs = path.getFileSystem(conf);
        try {
            put(fs, path, content);
        } catch (IOException error) {
            settle(fs, path, content, error);
        }
    }

    private static void put(FileSystem fs, Path path, byte[] content) throws IOException {
        FSDataOutputStreamBuilder put = (FSDataOutputStreamBuilder) fs.createFile(path).must(CONDITIONAL, true);
        FSDataOutputStream out = (FSDataOutputStream) put.build();
        out.write(content);
        out.close(); // sends it: after an error of write, nothing may be put
    }

    /** The server refused, or its answer was lost, perhaps that to a first attempt: what lies there tells. */
    private static void settle(FileSystem fs, Path path, byte[] content, IOException error) throws IOException {
        byte[] there;
        try {
            there = new byte[(int) fs.getFileStatus(path).getLen()];
            FSDataInputStream in = fs.open(path);
            try {
                in.readFully(0, there);
            } finally {
                IOUtils.closeStream(in);
            }
        } catch (IOException unknown) {
            error.addSuppressed(unknown);
            throw error;
        }
        // Each commit has a random txnId: equal bytes are ours.
        if (!Arrays.equals(content, there)) {
            FileAlreadyExistsException taken = new FileAlreadyExistsException(path.toString());
            taken.initCause(error);
            throw taken;
        }
    }
}
