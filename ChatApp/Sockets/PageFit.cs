using System.Text;
using ChatApp.Messages;

namespace ChatApp.Sockets;

/// <summary>Cuts a page of messages to what a reply may hold: long messages make short pages.</summary>
internal static class PageFit
{
    private const int FieldsBytes = 1024;

    /// <summary>The messages nearest to a place that fit together, at least one; the rest is older or newer then.</summary>
    /// <param name="page">The page.</param>
    /// <param name="place">What the caller is there for: the first message from there on stays, or else the last one.</param>
    /// <param name="maxBytes">Bytes of the reply, roughly.</param>
    public static MessagePage Cut(MessagePage page, Offset place, long maxBytes)
    {
        if (page.Messages.Count == 0) return page;
        var first = page.Messages.TakeWhile(message => message.Offset < place).Count();
        if (first == page.Messages.Count) first--;
        var last = first;
        var left = maxBytes - SizeOf(page.Messages[first]);
        bool goesOn;
        do
        {
            goesOn = false;
            if (first > 0 && Fits(page.Messages[first - 1]))
            {
                first--;
                goesOn = true;
            }

            if (last < page.Messages.Count - 1 && Fits(page.Messages[last + 1]))
            {
                last++;
                goesOn = true;
            }
        }
        while (goesOn);

        return page with
        {
            Messages = [.. page.Messages.Skip(first).Take(last - first + 1)],
            HasOlder = page.HasOlder || first > 0,
            HasNewer = page.HasNewer || last < page.Messages.Count - 1,
        };

        bool Fits(MessageView message)
        {
            var size = SizeOf(message);
            if (size > left) return false;
            left -= size;
            return true;
        }
    }

    private static int SizeOf(MessageView message) =>
        FieldsBytes + Encoding.UTF8.GetByteCount(message.Text) + Encoding.UTF8.GetByteCount(message.Html) + (64 * message.Reactions.Sum(reaction => reaction.Users.Count));
}
