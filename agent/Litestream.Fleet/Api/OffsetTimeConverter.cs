using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Litestream.Fleet.Api;

/// <summary>A time with its offset, or Z: one without would be of the zone of whichever machine reads it, and a restore go wrong by hours.</summary>
public sealed class OffsetTimeConverter : JsonConverter<DateTimeOffset>
{
    private const string Zone = "yyyy-MM-ddTHH:mm:ss+00:00";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        var hasOffset = text.EndsWith('Z') || (text.Length >= Zone.Length && text[^6] is '+' or '-');
        return hasOffset && reader.TryGetDateTimeOffset(out var time)
            ? time
            : throw new JsonException($"expected a time with an offset, as {DateTimeOffset.UnixEpoch.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
