namespace Litestream.Replication;

/// <summary>Which replica is finding out where the chain of a database stands, after a start; guarded by the database's lock.</summary>
internal struct Beginning
{
    private DatabaseReplica? _claimant;
    private uint _turnedAway;

    /// <summary>False while another one is at it.</summary>
    public bool TryClaim(DatabaseReplica replica)
    {
        _claimant ??= replica;
        _turnedAway |= _claimant == replica ? 0 : replica.Place.Bit;
        return _claimant == replica;
    }

    /// <summary>Answers who was turned away meanwhile.</summary>
    public uint End()
    {
        var turnedAway = _turnedAway;
        (_claimant, _turnedAway) = (null, 0);
        return turnedAway;
    }
}
