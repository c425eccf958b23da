namespace Litestream.EndToEnd.Programs;

/// <summary>A program of a few lines of shell.</summary>
internal static class ShellScript
{
    /// <summary>Writes it, for its owner to execute.</summary>
    public static void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
