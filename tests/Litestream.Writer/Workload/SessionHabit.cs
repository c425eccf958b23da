namespace Litestream.Writer.Workload;

/// <summary>What an application does with its connection between transactions.</summary>
internal enum SessionHabit
{
    /// <summary>Keeps it open.</summary>
    Keep,
    /// <summary>Opens, writes, closes: one request each.</summary>
    Request,
    /// <summary>Closes it three times in ten.</summary>
    Mixed,
}
