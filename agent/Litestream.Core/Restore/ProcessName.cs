namespace Litestream.Restore;

/// <summary>A process in words.</summary>
internal static class ProcessName
{
    /// <param name="pid">0: not known.</param>
    public static string Of(int pid)
    {
        if (pid <= 0)
            return "a program";
        try
        {
            return $"process {pid} ({File.ReadAllText($"/proc/{pid}/comm").Trim()})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"process {pid}";
        }
    }
}
