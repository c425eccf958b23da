using System.Globalization;

namespace Litestream.Sqlite;

/// <summary>
/// Whose process this is. POSIX locks belong to a process, so the kernel does not tell the engine's connections from those of an application around it:
/// where there may be one, "nobody else in another process" says nothing.
/// </summary>
internal static class ThisProcess
{
    /// <summary>A setting of the program (<c>RuntimeHostConfigurationOption</c>), as it is true of the program, not of one store in it.</summary>
    private const string Switch = "Litestream.IsAloneInProcess";

    private const string Descriptors = "/proc/self/fd";

    /// <summary>Nobody but the engine opens its databases here: true of the program <c>litestream</c>. Default: an application may.</summary>
    public static bool IsOurs { get; } = AppContext.TryGetSwitch(Switch, out var isOurs) && isOurs;

    /// <summary>Some descriptor of this process leads to the file; asked without opening it.</summary>
    public static bool HasOpen(FileStat file) =>
        Directory.Exists(Descriptors) && Directory.EnumerateFileSystemEntries(Descriptors)
            .Any(name => int.TryParse(Path.GetFileName(name), CultureInfo.InvariantCulture, out var descriptor) && FileStat.IsSameFile(FileStat.Of(descriptor), file));
}
