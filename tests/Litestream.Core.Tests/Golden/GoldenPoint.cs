using Litestream.Ltx;

namespace Litestream.Core.Tests.Golden;

/// <summary>What a restore to one transaction must give.</summary>
internal readonly record struct GoldenPoint(Txid Txid, string Sha256, long SizeBytes);
