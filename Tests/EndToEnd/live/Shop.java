// SPDX-License-Identifier: Apache-2.0

import java.security.MessageDigest;

/** A shop that is busy until it is killed. */
public class Shop {
    static volatile int sink;

    static int fib(int n) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }

    static byte[] hashOrder(byte[] order) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(order);
    }

    public static void main(String[] arguments) throws Exception {
        System.out.println(ProcessHandle.current().pid());
        while (true) {
            sink += fib(27);
            for (int order = 0; order < 2_000; order++) {
                sink += hashOrder(new byte[order])[0];
            }
        }
    }
}
