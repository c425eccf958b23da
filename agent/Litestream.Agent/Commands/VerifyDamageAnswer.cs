using Litestream.Restore;

namespace Litestream.Agent.Commands;

/// <summary>Something in a replica that is not what was written; page and offset are null where they cannot be told.</summary>
internal sealed record VerifyDamageAnswer(int Level, string File, uint? Page, long? OffsetBytes, string Problem)
{
    public static VerifyDamageAnswer Of(ReplicaDamage damage) => new(damage.File.Level, damage.File.Name, damage.Pgno, damage.Offset, damage.Problem);
}
