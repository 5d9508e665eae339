// SPDX-License-Identifier: Apache-2.0
import AllInOne
import Glibc

@main
struct Main {
    static func main() async { exit(await HearthProgram.main()) }
}
