namespace Litestream.Restore;

public enum IntegrityCheck
{
    None,
    /// <summary><c>PRAGMA quick_check</c></summary>
    Quick,
    /// <summary><c>PRAGMA integrity_check</c></summary>
    Full,
}
