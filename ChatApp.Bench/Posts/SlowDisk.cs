namespace ChatApp.Bench.Posts;

/// <summary>A disk whose fsync takes longer than that of this machine, made by strace. Other system calls keep their speed.</summary>
internal static class SlowDisk
{
    /// <summary>What a program is started with so that each of its fsyncs takes longer; null for no delay.</summary>
    /// <exception cref="BenchException">There is no strace, or it may not trace here.</exception>
    public static IReadOnlyList<string>? Wrapper(int microseconds)
    {
        if (microseconds == 0) return null;
        var strace = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "strace")).FirstOrDefault(File.Exists)
            ?? throw new BenchException("the slow disk needs strace: install it (on Debian: apt-get install strace)");
        // -D: the tracer is the child, so that the program itself is who is measured and ended.
        return [strace, "-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", $"inject=fdatasync,fsync:delay_exit={microseconds}"];
    }
}
