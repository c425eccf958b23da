namespace Litestream.Agent.Configuration.ConfigFile;

/// <summary>A place in a configuration file, both numbers from 1, as editors count.</summary>
internal readonly record struct Position(int Line, int Column)
{
    public static readonly Position Start = new(1, 1);

    public override string ToString() => $"{Line}:{Column}";
}
