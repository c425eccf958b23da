namespace Litestream.Agent.Configuration.ConfigFile;

internal enum YamlKind
{
    Scalar,
    Sequence,
    Mapping,
}
