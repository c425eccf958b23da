namespace Litestream.Drills;

/// <summary>What comparing a live database with what was captured of it came to.</summary>
public enum LiveVerdict
{
    /// <summary>Not made: the database is stopped, gone, or could not be read in time.</summary>
    NotDone,
    /// <summary>Every page is what was captured.</summary>
    Equal,
    /// <summary>Pages differ; they were captured anew.</summary>
    Differs,
}
