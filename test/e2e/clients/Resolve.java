// SPDX-License-Identifier: Apache-2.0

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/** Looks names up with InetAddress, and with JNDI, which decodes messages itself; see README.md. */
public class Resolve {
  static List<String> lookup(String name) throws UnknownHostException {
    List<String> found = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(name)) found.add(address.getHostAddress());
    return found;
  }

  static List<String> nameOf(String address) throws UnknownHostException {
    String name = InetAddress.getByName(address).getCanonicalHostName();
    if (name.equals(address)) throw new UnknownHostException(address);
    return List.of(name);
  }

  static List<String> records(String type, String name) throws NamingException {
    Hashtable<String, String> settings = new Hashtable<>();
    settings.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
    settings.put("java.naming.provider.url", "dns:");
    Attribute found =
        new InitialDirContext(settings).getAttributes(name, new String[] {type}).get(type);
    List<String> texts = new ArrayList<>();
    if (found == null) return texts;
    for (Object one : Collections.list(found.getAll())) texts.add(text(type, one.toString()));
    return texts;
  }

  static String text(String type, String data) {
    String[] words = data.split(" ");
    return type.equals("SRV") ? words[3] + ":" + words[2] : data;
  }

  static String answer(String kind, String name) {
    try {
      if (kind.equals("any")) return "= " + String.join(" ", lookup(name));
      if (kind.equals("name")) return "= " + String.join(" ", nameOf(name));
      List<String> found = records(kind, name);
      return found.isEmpty() ? "! empty" : "= " + String.join(" ", found);
    } catch (NameNotFoundException error) {
      return "! absent";
    } catch (UnknownHostException error) {
      boolean passing = error.getMessage().contains("emporary");
      return passing ? "! " + error.getMessage() : "! none";
    } catch (NamingException error) {
      return "! " + error;
    }
  }

  public static void main(String[] questions) {
    for (String question : questions) {
      String[] parts = question.split(":", 2);
      System.out.println(question + " " + answer(parts[0], parts[1]));
    }
  }
}
