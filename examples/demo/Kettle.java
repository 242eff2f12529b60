// The application of the JMX half of the demo: a JVM without a single JMX flag, whose heap goes up and down. It boils water
// (allocates, keeps some of it for a while), counts in an MBean of its own how often, and says the same count on stdout.
// A line on stdin: it stops boiling and says its last count. The end of stdin: it ends.

import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import javax.management.ObjectName;
import javax.management.StandardMBean;

public class Kettle {
  public interface Counts {
    long getBoiled();
  }

  static final int LITRE = 64 * 1024;
  static final int KEPT = 400;

  static volatile long boiled;
  static volatile boolean off;

  public static void main(String[] arguments) throws Exception {
    Counts counts = () -> boiled;
    ManagementFactory.getPlatformMBeanServer()
        .registerMBean(new StandardMBean(counts, Counts.class), new ObjectName("demo:type=Kettle"));
    Thread boiling = new Thread(Kettle::boil);
    boiling.setDaemon(true);
    boiling.start();
    while (System.in.read() >= 0) {
      off = true;
      boiling.join();
      System.out.println(boiled);
    }
  }

  static void boil() {
    ArrayDeque<byte[]> kept = new ArrayDeque<>();
    while (!off) {
      kept.add(new byte[LITRE]);
      if (kept.size() > KEPT) kept.clear();
      boiled++;
      try {
        Thread.sleep(4);
      } catch (InterruptedException end) {
        return;
      }
    }
  }
}
