using System.Text.Json;
using System.Text.Json.Serialization;

namespace Litestream.Fleet.Api;

/// <summary>A time with its offset, or Z: one without would be of the zone of whichever machine reads it, and a restore go wrong by hours.</summary>
public sealed class OffsetTimeConverter : JsonConverter<DateTimeOffset>
{
    private const string Zone = "yyyy-MM-ddTHH:mm:ss+00:00";

    public static bool HasOffset(string text) => text.EndsWith('Z') || (text.Length >= Zone.Length && text[^6] is '+' or '-');

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        return HasOffset(text) && reader.TryGetDateTimeOffset(out var time)
            ? time
            : throw new JsonException("expected a time with its offset: 2026-11-21T09:00:00Z");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
