package io.shardwright.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The program in a process that opens nothing over the network and tells what would have been. */
final class NetworkWatch {
  private NetworkWatch() {}

  public static void main(String[] args) {
    List<URL> opened = new CopyOnWriteArrayList<>();
    URL.setURLStreamHandlerFactory(
        protocol ->
            protocol.startsWith("http") || protocol.equals("ftp") ? new Wall(opened) : null);
    var err = new PrintWriter(System.err, true);
    int code = Main.run(args, Run.screen(new PrintWriter(System.out, true), err));
    System.out.println("opened " + opened);
    System.exit(code);
  }

  private static final class Wall extends URLStreamHandler {
    private final List<URL> opened;

    Wall(List<URL> opened) {
      this.opened = opened;
    }

    @Override
    protected URLConnection openConnection(URL url) throws IOException {
      opened.add(url);
      throw new IOException("a wall");
    }

    @Override
    protected URLConnection openConnection(URL url, java.net.Proxy proxy) throws IOException {
      return openConnection(url);
    }
  }
}
