// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines

/// What the real host waits for at most, and how much it takes for that.
enum LinuxLimits {
    /// A device's table and status. They wait while the pool's metadata is being written out.
    static let device = Duration.seconds(2)
    /// One filesystem's statfs.
    static let usage = Duration.seconds(1)
    /// A look into sysfs and, where something changed, at every process' mounts.
    static let mounts = Duration.seconds(10)
    /// Between two searches of all processes for a mount that none led to; more where a search takes long.
    static let searchPause = Duration.seconds(5)
    /// Such searches take no more than one part in so many of the time.
    static let searchShare = 50
    /// Reading what is on a device: its superblock, or the first and last blocks of one that is not mounted.
    static let content = Duration.seconds(1)
    static let meter = Duration.seconds(1)
    /// A device that is younger is not opened for reading: Docker makes and removes several for one container.
    static let settling = Duration.seconds(1)
    static let holders = Duration.seconds(2)
    /// A look at the open files of every process, where a mounted device is open by more than its mount.
    static let writers = Duration.seconds(5)
    /// All of the owners' records together.
    static let owners = Duration.seconds(5)
    /// What the first look waits for LXD and Incus; later ones do not.
    static let instances = Duration.seconds(5)
    /// `lvs` took 0.4 s with 20 volumes; a changed tag is heard of after five minutes at most.
    static let tagsPace = Hearsay<String, [String: [String]]>.Pace(
        deadline: .seconds(10), waiting: .seconds(3), interval: .seconds(300), patience: .seconds(30))
    /// One call for each container that is new, and their list: 0.1 s or less with a hundred.
    static let labelsPace = Hearsay<ContainerdKey, ContainerdLabels>.Pace(
        deadline: .seconds(10), waiting: .seconds(3), interval: .seconds(300), patience: .seconds(10))
    static let table = Duration.seconds(30)
    /// ext4 took 12.9 s from 128 to 512 GiB, and growth goes in smaller slices than that.
    static let growth = Duration.seconds(60)
    /// `lvextend` took 1.2 to 2.9 s; it waits for the volume group's lock as long as it takes.
    static let extend = Duration.seconds(60)
    /// LXD took 1.3 to 1.9 s for 256 MiB, LVM's part and the filesystem's.
    static let resize = Duration.seconds(60)

    /// Threads for each kind of look. What is stuck holds one until it comes back.
    static let looking = BlockingPool.Limits(kept: 1, most: 256)
    /// A disk is slower than a table: more threads only where it really waits.
    static let reading = BlockingPool.Limits(kept: 1, most: 256, patience: .milliseconds(20))
    static let stepping = BlockingPool.Limits(kept: 1, most: 32)
    /// Those of one volume group take turns anyway: so many are through within the deadline.
    static let extending = BlockingPool.Limits(kept: 1, most: 16)
    /// Each waits for a program; those that do not come back hold theirs.
    static let hooking = BlockingPool.Limits(kept: 1, most: 32)
    /// What a hook may print: one that says more gets write errors.
    static let hookOutput = 1 << 20

    static let resizing = BlockingPool.Limits(kept: 1, most: 16)

    /// How often a device is read again whose table and status were of two different ones.
    static let rereads = 3
    /// While a new device has no mount, sysfs is looked at this often ...
    static let mountWatch = Duration.milliseconds(20)
    /// ... for so long.
    static let mountWatchEnds = Duration.seconds(10)
    /// Kernels before 4.13 tell no events: their list of devices is compared this often.
    static let listWatch = Duration.seconds(1)

    /// For that one thread: Linux counts a thread as a process here.
    static let keeperNice: Int32 = -20
    /// How soon a kept volume that is not as it should be is looked at again: at first, and after many times.
    static let keptPatience = Duration.milliseconds(5)...Duration.seconds(1)
    /// A device that is without a table for so long was left so by somebody who crashed while making it: that takes a
    /// millisecond otherwise.
    static let making = Duration.seconds(2)
    /// A device that nobody has had open for so long is nobody's: dockerd opens what it activates within milliseconds.
    static let unused = Duration.seconds(1)
    static let makingWatch = Duration.milliseconds(20)
    /// How soon it is seen that an owner has ended, which the kernel tells nobody.
    static let keptGlance = Duration.seconds(5)
    /// How often the owner's records of all kept volumes are read, whatever happens.
    static let keptSweep = Duration.seconds(30)
    /// After a device was made, its link is looked at this often ...
    static let linkWatch = Duration.milliseconds(1)
    /// ... for so long: udev handles some hundred events a second.
    static let linkWatchEnds = Duration.seconds(2)
}
